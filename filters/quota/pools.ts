import { Quota } from "../config/config";
import { ItemKind } from "./allocate-request";
import { AnswerStatus, QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { Draw } from "./draws";
import { Pool } from "./pool";
import { PoolSlots } from "./pool-slots";

/** Writes of one pool that other workers come before; with more workers than that at the same instant, one gives up. */
const MAX_TRIES: i32 = 16;
const NONE: i32 = -1;
const NS_PER_MS: u64 = 1000000;
/** A denial is remembered for so long at most: what others give back is found by then. */
const DENIAL_NS: u64 = 500 * NS_PER_MS;
/** No LEASE is tried for so long after one that brought nothing. */
const NOTHING_LEASED_NS: u64 = 100 * NS_PER_MS;
const ONE_BY_ONE_NS: u64 = 1000 * NS_PER_MS;

/** Changes of the pools in shared data: each is read, changed and written only if no other VM wrote meanwhile. */
@final
export class Pools {
	/** Of the last `spend`: a LEASE was begun with it, and has to be sent. */
	leaseBegun: bool = false;
	/** What the pool held when the last LEASE or RETURN was begun. */
	held: u64 = 0;
	private scratch: Pool = new Pool();

	constructor(private slots: PoolSlots) {}

	/** Brings a pool as it is now; false where there is no room for it. */
	find(draw: Draw, nowNs: u64, pool: Pool): bool {
		return this.slots.find(draw, nowNs, pool);
	}

	/**
	 * Spends a draw from a pool that was found, and begins a LEASE where that leaves little.
	 *
	 * @returns false where there is not enough, and nothing is spent.
	 */
	spend(draw: Draw, nowNs: u64, leaseUntilNs: u64, pool: Pool): bool {
		for (let i = 0; i < MAX_TRIES; i++) {
			if (i > 0 && !this.slots.find(draw, nowNs, pool)) return false;
			if (pool.usable(nowNs) < draw.amount) return false;
			pool.spend(draw.amount, nowNs);
			this.leaseBegun = pool.isLow(nowNs);
			if (this.leaseBegun) this.held = pool.beginCall(leaseUntilNs, nowNs);
			if (this.slots.save(pool)) return true;
		}
		this.leaseBegun = false;
		return false;
	}

	/** Begins a LEASE of a pool that was found; false where another VM did something with it since. */
	beginLease(draw: Draw, nowNs: u64, untilNs: u64, pool: Pool): bool {
		pool.use(draw.amount, nowNs);
		if (pool.number == 0) pool.number = this.slots.newNumber();
		this.held = pool.beginCall(untilNs, nowNs);
		return this.slots.save(pool);
	}

	/** Empties a pool to give all of it back by a RETURN; false where there is nothing, or another VM came before. */
	beginReturn(untilNs: u64, nowNs: u64, pool: Pool): bool {
		this.held = pool.beginCall(untilNs, nowNs);
		pool.empty();
		return this.held > 0 && this.slots.save(pool);
	}

	/** Puts back what was spent and not needed after all; false where it counts as spent already. */
	putBack(draw: Draw, sequence: u64, nowNs: u64): bool {
		if (sequence == 0) return false;
		let pool = this.scratch;
		for (let i = 0; i < MAX_TRIES; i++) {
			if (!this.slots.find(draw, nowNs, pool) || !pool.putBack(draw.amount, sequence)) return false;
			if (this.slots.save(pool)) return true;
		}
		return false;
	}

	/**
	 * Takes what an answer says of its pool, if it is still the answer to the pool's last call.
	 *
	 * @returns the pool's slot; -1 where it has none.
	 */
	answered(item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): i32 {
		let pool = this.scratch;
		for (let i = 0; i < MAX_TRIES; i++) {
			if (!this.slots.find(item.draw, nowNs, pool)) return NONE;
			if (!learn(pool, item, answer, sentNs, nowNs) || this.slots.save(pool)) return pool.slot;
		}
		return NONE;
	}

	/** A LEASE or RETURN came to nothing: the next may go. What it was granted, if anything, nobody spends. */
	callFailed(item: CallItem, nowNs: u64): void {
		let pool = this.scratch;
		for (let i = 0; i < MAX_TRIES; i++) {
			if (!this.slots.find(item.draw, nowNs, pool) || !isOfCall(pool, item)) return;
			pool.callUntilNs = 0;
			pool.leaseAfterNs = nowNs + NOTHING_LEASED_NS;
			if (this.slots.save(pool)) return;
		}
	}

	/**
	 * Counts against what failureMode allow lets pass in a window here; false where that is used up.
	 *
	 * @param pool says when the window ends, in `localEndsNs`.
	 */
	spendLocally(draw: Draw, quota: Quota, nowNs: u64, pool: Pool): bool {
		for (let i = 0; i < MAX_TRIES; i++) {
			if (!this.slots.find(draw, nowNs, pool)) return false;
			if (pool.localEndsNs <= nowNs || pool.localEndsNs > nowNs + quota.windowMs * NS_PER_MS) {
				let windowNs = quota.windowMs * NS_PER_MS;
				pool.localUsed = 0;
				pool.localEndsNs = nowNs - (nowNs % windowNs) + windowNs;
			}
			if (quota.localLimit < draw.amount || pool.localUsed > quota.localLimit - draw.amount) return false;
			pool.localUsed += draw.amount;
			pool.usedNs = nowNs;
			if (this.slots.save(pool)) return true;
		}
		return false;
	}
}

function isOfCall(pool: Pool, item: CallItem): bool {
	return item.pool != 0 && pool.number == item.pool && pool.sequence == item.sequence;
}

/** False where there is nothing to be written. */
function learn(pool: Pool, item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): bool {
	let known = answer.status == AnswerStatus.Ok || answer.status == AnswerStatus.Denied;
	if (known) {
		pool.limit = answer.limit;
		pool.remaining = answer.remaining;
		pool.resetAtNs = nowNs + answer.resetMs * NS_PER_MS;
	}
	if (answer.status == AnswerStatus.Denied) {
		pool.usedNs = nowNs;
		pool.deniedAmount = item.needed;
		pool.retryAtNs = answer.retryAfterMs == 0 ? 0 : sentNs + answer.retryAfterMs * NS_PER_MS;
		pool.deniedUntilNs = nowNs + DENIAL_NS;
		if (answer.retryAfterMs != 0) pool.deniedUntilNs = min(pool.deniedUntilNs, pool.retryAtNs);
	}
	if (isOfCall(pool, item)) {
		pool.callUntilNs = 0;
		if (item.kind == ItemKind.Lease) takeLease(pool, item, answer, sentNs, nowNs);
		return true;
	}
	return known && item.kind != ItemKind.Settle;
}

function takeLease(pool: Pool, item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): void {
	if (answer.status == AnswerStatus.Stale) {
		// The store knows a later one of this number, so the number is not ours alone: nothing more is had by it.
		pool.number = 0;
		pool.empty();
		return;
	}
	let granted: u64 = 0;
	if (answer.status == AnswerStatus.Ok) {
		granted = answer.granted > item.minimum ? answer.granted - item.minimum : 0;
		pool.deniedUntilNs = 0;
	}
	// Nothing for the request, but perhaps something for the pool.
	if (answer.status == AnswerStatus.Withheld) granted = answer.granted;
	let endsNs = sentNs + answer.validMs * NS_PER_MS;
	pool.take(granted, answer.forfeited, sentNs, endsNs, nowNs);
	if (granted > 0) return;
	pool.leaseAfterNs = nowNs + (answer.oneByOne ? ONE_BY_ONE_NS : NOTHING_LEASED_NS);
}
