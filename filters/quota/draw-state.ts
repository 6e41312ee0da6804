import { QuotaAnswer } from "./allocate-response";
import { Pool } from "./pool";
import { QuotaOutcome } from "./quota-stats";

const NS_PER_MS: u64 = 1000000;

/** How far one draw of a request has come. */
export enum Progress {
	/** Still to be had. */
	Open = 0,
	/** Nothing of it is to be had before the request; or nobody waits for it, its Quota being in shadow mode. */
	Free = 1,
	/** Granted by a call. */
	Granted = 2,
	/** Spent from the pool. */
	Spent = 3,
	/** Let pass by failureMode allow. */
	Local = 4,
	/** Refused, by a Quota in shadow mode. */
	ShadowDenied = 5,
	/** Refused, and the request with it. */
	Denied = 6,
	/** Not to be had in time, and the request with it. */
	Unavailable = 7,
}

/** How an open draw could be had. */
export enum Source {
	/** Of this worker's chunk, at once. */
	Chunk = 0,
	/** From the pool, at once; from here on what the pool is has been read. */
	Pool = 1,
	/** By a call that takes a lease. */
	Lease = 2,
	/** By a call for this request alone. */
	Charge = 3,
	/** By a LEASE that is under way. */
	Join = 4,
}

/** What is known of one draw of a request. Reused. */
@final
export class DrawState {
	progress: Progress = Progress.Open;
	source: Source = Source.Charge;
	/** Of what a call granted: the store's time, for corrections. */
	chargedAtMs: u64 = 0;
	/** Of what was spent from the pool: the pool's sequence then. */
	sequence: u64 = 0;
	/** Which chunk it was spent of; 0: the pool itself. */
	chunk: u32 = 0;
	/** What was said last of the limit; 0: nothing yet. */
	limit: u64 = 0;
	remaining: u64 = 0;
	resetAtNs: u64 = 0;
	/** Of what was denied; 0: never. */
	retryAtNs: u64 = 0;

	reset(): void {
		this.progress = Progress.Open;
		this.chargedAtMs = 0;
		this.sequence = 0;
		this.chunk = 0;
		this.limit = 0;
		this.remaining = 0;
		this.resetAtNs = 0;
		this.retryAtNs = 0;
	}

	/** Takes over what a pool knows of its limit. @param nowNs what it can spend counts as left. */
	learnOfPool(pool: Pool, nowNs: u64): void {
		this.limit = pool.limit;
		this.remaining = min(pool.remaining + pool.usable(nowNs), pool.limit);
		this.resetAtNs = pool.resetAtNs;
		this.retryAtNs = pool.retryAtNs;
	}

	/** Takes over what the store says. */
	learnOfAnswer(answer: QuotaAnswer, nowNs: u64): void {
		this.limit = answer.limit;
		this.remaining = answer.remaining;
		this.resetAtNs = nowNs + answer.resetMs * NS_PER_MS;
		this.retryAtNs = answer.retryAfterMs == 0 ? 0 : nowNs + answer.retryAfterMs * NS_PER_MS;
		this.chargedAtMs = answer.chargedAtMs;
	}
}

/** The word for a draw of a request that passes. */
export function outcomeOf(progress: Progress): QuotaOutcome {
	switch (progress) {
		case Progress.Granted:
		case Progress.Spent:
			return QuotaOutcome.Granted;
		case Progress.Local:
			return QuotaOutcome.FailureAllowed;
		case Progress.ShadowDenied:
			return QuotaOutcome.ShadowDenied;
		case Progress.Denied:
			return QuotaOutcome.Denied;
		case Progress.Unavailable:
			return QuotaOutcome.Unavailable;
		default:
			return QuotaOutcome.None;
	}
}
