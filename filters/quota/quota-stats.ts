import { defineCounter, increment } from "../host/metrics";

/** What became of one draw; the names are those of quota.outcome and of the metric's label. */
export enum QuotaOutcome {
	None = 0,
	Granted = 1,
	Denied = 2,
	/** A Quota in shadow mode would have refused. */
	ShadowDenied = 3,
	/** It could not be had in time, and its failureMode denies. */
	Unavailable = 4,
	/** It could not be had in time, and its failureMode let it pass. */
	FailureAllowed = 5,
}

const OUTCOMES: StaticArray<string> = ["none", "granted", "denied", "shadow_denied", "unavailable", "failure_allowed"];

/** The filter's metrics about quotas; what is granted in all, the Mixer counts. */
@final
export class QuotaStats {
	private outcomes: StaticArray<u32> = new StaticArray<u32>(OUTCOMES.length);
	private calls: u32 = defineCounter("sluice_quota.calls");
	private retries: u32 = defineCounter("sluice_quota.call_retries");
	private failures: u32 = defineCounter("sluice_quota.call_failures");
	private waits: u32 = defineCounter("sluice_quota.waits");
	private leased: u32 = defineCounter("sluice_quota.leased");
	private returned: u32 = defineCounter("sluice_quota.returned");
	private unpooled: u32 = defineCounter("sluice_quota.unpooled");
	private settled: u32 = defineCounter("sluice_quota.settlements");
	private unsettled: u32 = defineCounter("sluice_quota.settlements_dropped");
	private unreadable: u32 = defineCounter("sluice_quota.amounts_unreadable");

	constructor() {
		for (let o = 0; o < OUTCOMES.length; o++) {
			this.outcomes[o] = defineCounter("sluice_quota_draws.outcome." + OUTCOMES[o]);
		}
	}

	drawn(outcome: QuotaOutcome, draws: u64 = 1): void {
		increment(this.outcomes[<i32>outcome], draws);
	}

	callSent(): void {
		increment(this.calls, 1);
	}

	callRetried(): void {
		increment(this.retries, 1);
	}

	callFailed(): void {
		increment(this.failures, 1);
	}

	/** A request waits for a call, its own or another's. */
	waited(): void {
		increment(this.waits, 1);
	}

	/** Granted to pools, beyond what a request took at once. */
	tokensLeased(amount: u64): void {
		if (amount > 0) increment(this.leased, amount);
	}

	/** Given back from pools. */
	tokensReturned(amount: u64): void {
		if (amount > 0) increment(this.returned, amount);
	}

	/** There was no room for a key's pool. */
	poolMissing(): void {
		increment(this.unpooled, 1);
	}

	settlementsTaken(count: i32): void {
		if (count > 0) increment(this.settled, count);
	}

	settlementsDropped(count: i32): void {
		if (count > 0) increment(this.unsettled, count);
	}

	/** A response did not say what it is to be charged. */
	amountUnreadable(): void {
		increment(this.unreadable, 1);
	}
}
