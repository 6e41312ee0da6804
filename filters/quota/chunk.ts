import { Bytes } from "../wire/bytes";
import { DrawState } from "./draw-state";
import { Draw, MAX_ID_BYTES } from "./draws";
import { Pool } from "./pool";

const NS_PER_MS: u64 = 1000000;
/** Who used up a chunk in less takes twice as much next time, who took longer than that takes half. */
const QUICK_NS: u64 = 10 * NS_PER_MS;
const SLOW_NS: u64 = 40 * NS_PER_MS;
/** Of what a pool holds, the part that one worker takes ahead at most. */
const POOL_SHARE: u64 = 8;

/** What one worker has taken out of a pool ahead of its requests, so that most of them need not touch shared data. */
@final
export class Chunk {
	private id: Bytes = new Bytes(64, MAX_ID_BYTES);
	/** Which taking this was of the worker's; 0: none. */
	private serial: u32 = 0;
	private left: u64 = 0;
	/** What is taken ahead. */
	private size: u64 = 0;
	private pool: u64 = 0;
	private takenNs: u64 = 0;
	private untilNs: u64 = 0;
	private limit: u64 = 0;
	private remaining: u64 = 0;
	private resetAtNs: u64 = 0;

	isOf(draw: Draw): bool {
		return draw.id.size == this.id.size && memory.compare(draw.id.ptr, this.id.ptr, draw.id.size) == 0;
	}

	/** Becomes this draw's; what is left of another key's counts as spent. */
	begin(draw: Draw): void {
		this.id.reset();
		this.id.raw(draw.id.ptr, draw.id.size);
		this.serial = 0;
		this.left = 0;
		this.size = 0;
		this.takenNs = 0;
		this.untilNs = 0;
	}

	/** Whether it has so much. */
	covers(amount: u64, nowNs: u64): bool {
		return this.left >= amount && this.isValid(nowNs);
	}

	/** Spends what it covers. */
	spend(amount: u64, state: DrawState): void {
		this.left -= amount;
		this.remaining -= min(this.remaining, amount);
		state.chunk = this.serial;
		state.limit = this.limit;
		state.remaining = this.remaining;
		state.resetAtNs = this.resetAtNs;
	}

	/** Puts back what a request did not need after all, if it is still the same chunk. */
	putBack(amount: u64, serial: u32): void {
		if (this.serial != serial) return;
		this.left += amount;
		this.remaining += amount;
	}

	/** What goes back to its pool when more is taken. */
	leftOf(pool: Pool, nowNs: u64): u64 {
		return this.pool == pool.number && this.isValid(nowNs) ? this.left : 0;
	}

	/** It is used up: the next one is to last for tens of milliseconds. */
	adapt(amount: u64, nowNs: u64): void {
		let tookNs = nowNs - this.takenNs;
		if (tookNs < QUICK_NS) this.size = max(amount, this.size * 2);
		else if (tookNs > SLOW_NS) this.size /= 2;
	}

	/** How much to take beyond what a request needs. @param spare what the pool has beyond that. */
	ahead(amount: u64, spare: u64): u64 {
		let most = min(this.size, spare / POOL_SHARE);
		return most < amount ? 0 : most;
	}

	/** It was taken from the pool, what was left went back. */
	take(ahead: u64, serial: u32, pool: Pool, nowNs: u64): void {
		this.serial = serial;
		this.left = ahead;
		this.size = ahead;
		this.pool = pool.number;
		this.takenNs = nowNs;
		this.untilNs = pool.chunkEndsNs(nowNs);
		this.limit = pool.limit;
		this.remaining = min(pool.remaining + pool.usable(nowNs) + ahead, pool.limit);
		this.resetAtNs = pool.resetAtNs;
	}

	/** Nothing once its time is over, nor where the clock was put back before it. */
	private isValid(nowNs: u64): bool {
		return nowNs >= this.takenNs && nowNs < this.untilNs;
	}
}
