import { Quota } from "../config/config";
import { QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { Chunks } from "./chunks";
import { DrawState } from "./draw-state";
import { Draw } from "./draws";
import { Pool } from "./pool";
import { isOfCall, learn, NOTHING_LEASED_NS } from "./pool-answer";
import { PoolSlots } from "./pool-slots";

/** Writes of one pool that other workers come before; with more workers than that at the same instant, one gives up. */
const MAX_TRIES: i32 = 16;
const NONE: i32 = -1;
const NS_PER_MS: u64 = 1000000;

/** Changes of the pools in shared data: each is read, changed and written only if no other VM wrote meanwhile. */
@final
export class Pools {
	/** Of the last `spend`: a LEASE was begun with it, and has to be sent. */
	leaseBegun: bool = false;
	/** What the pool held when the last LEASE or RETURN was begun. */
	held: u64 = 0;
	private scratch: Pool = new Pool();

	constructor(
		private slots: PoolSlots,
		private chunks: Chunks,
	) {}

	/** Brings a pool as it is now; false where there is no room for it. */
	find(draw: Draw, nowNs: u64, pool: Pool): bool {
		return this.slots.find(draw, nowNs, pool);
	}

	/** Whether this worker has taken a draw ahead of it. */
	hasChunk(draw: Draw, nowNs: u64): bool {
		return this.chunks.cover(draw, nowNs);
	}

	/** Spends a draw of what this worker has taken ahead of it; false where that is not enough. */
	spendChunk(draw: Draw, state: DrawState, nowNs: u64): bool {
		return this.chunks.spend(draw, state, nowNs);
	}

	/**
	 * Spends a draw from a pool that was found, takes a chunk for the next ones where they come quickly, and begins a LEASE
	 * where that leaves little.
	 *
	 * @returns false where there is not enough, and nothing is spent.
	 */
	spend(draw: Draw, nowNs: u64, leaseUntilNs: u64, pool: Pool): bool {
		let chunk = this.chunks.of(draw);
		chunk.adapt(draw.amount, nowNs);
		for (let i = 0; i < MAX_TRIES; i++) {
			if (i > 0 && !this.slots.find(draw, nowNs, pool)) return false;
			if (pool.usable(nowNs) < draw.amount) return false;
			let ahead = chunk.ahead(draw.amount, pool.spare(draw.amount, nowNs));
			pool.spend(draw.amount, ahead, chunk.leftOf(pool, nowNs), nowNs);
			this.leaseBegun = pool.isLow(nowNs);
			if (this.leaseBegun) this.held = pool.beginCall(leaseUntilNs, nowNs);
			if (!this.slots.save(pool)) continue;
			chunk.take(ahead, this.chunks.nextSerial(), pool, nowNs);
			return true;
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
		// Nobody has drawn on it for long: if a chunk is out all the same, the clock was changed.
		if (pool.inChunks(nowNs) > 0) return false;
		this.held = pool.beginCall(untilNs, nowNs);
		pool.empty();
		return this.held > 0 && this.slots.save(pool);
	}

	/** Puts back what was spent and not needed after all, unless it counts as spent already. */
	putBack(draw: Draw, state: DrawState, nowNs: u64): void {
		if (state.chunk != 0) this.chunks.putBack(draw, state.chunk);
		if (state.chunk != 0 || state.sequence == 0) return;
		let pool = this.scratch;
		for (let i = 0; i < MAX_TRIES; i++) {
			if (!this.slots.find(draw, nowNs, pool) || !pool.putBack(draw.amount, state.sequence)) return;
			if (this.slots.save(pool)) return;
		}
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
