import { defineCounter, defineGauge, increment, readMetric } from "../host/metrics";

/** Why a record never reached the Mixer's handlers. */
export enum DropReason {
	/** More unacknowledged than is kept. */
	Overflow = 0,
	/** The Mixer refused the record or its batch. */
	Rejected = 1,
	/** Larger than a batch may be. */
	TooLarge = 2,
}

const REASONS: StaticArray<string> = ["overflow", "rejected", "too_large"];

/** Whose records are pending: a VM's, by its account; those parked for any VM to take; or a VM's that got no account. */
export const PARKED = "parked";
export const NO_ACCOUNT = "none";

/**
 * What became of records: at any time, sent = acknowledged + dropped + lost + pending. They are Envoy's metrics, so they
 * outlive the VM, and `pending` has one for each holder, so that a VM that ended without a word leaves its share behind.
 */
@final
export class RecordStats {
	private sent: u32 = defineCounter("sluice_reports.sent");
	private acknowledged: u32 = defineCounter("sluice_reports.acknowledged");
	private lost: u32 = defineCounter("sluice_reports.lost");
	private dropped: StaticArray<u32> = new StaticArray<u32>(REASONS.length);
	private parked: u32 = pendingGauge(PARKED);
	private pending: u32 = pendingGauge(NO_ACCOUNT);

	constructor() {
		for (let r = 0; r < REASONS.length; r++) {
			this.dropped[r] = defineCounter("sluice_reports.dropped.reason." + REASONS[r]);
		}
	}

	/** Counts what this VM holds under `holder` from here on, `records` of it already. */
	holdAs(holder: string, records: i32): void {
		increment(this.pending, -records);
		this.pending = pendingGauge(holder);
		increment(this.pending, records);
	}

	/** What was counted as lost is here after all, and is counted anew. */
	recordsBack(count: i32): void {
		this.pending = pendingGauge(NO_ACCOUNT);
		increment(this.sent, count);
		increment(this.pending, count);
	}

	/** A record was made. */
	recordSent(): void {
		increment(this.sent, 1);
		increment(this.pending, 1);
	}

	recordsAcknowledged(count: i32): void {
		increment(this.acknowledged, count);
		increment(this.pending, -count);
	}

	recordsDropped(reason: DropReason, count: i32): void {
		if (count == 0) return;
		increment(this.dropped[<i32>reason], count);
		increment(this.pending, -count);
	}

	/** They are anyone's now, and no longer this VM's. */
	recordsParked(count: i32): void {
		increment(this.parked, count);
		increment(this.pending, -count);
	}

	/** They were anyone's, and are this VM's now. */
	recordsAdopted(count: i32): void {
		increment(this.pending, count);
		increment(this.parked, -count);
	}

	/** What a holder had that ended without a word. */
	holderLost(holder: string): void {
		let pending = pendingGauge(holder);
		let count = readMetric(pending);
		if (count == 0) return;
		increment(this.lost, <i64>count);
		increment(pending, -(<i64>count));
	}
}

function pendingGauge(holder: string): u32 {
	return defineGauge("sluice_reports.pending.holder." + holder);
}
