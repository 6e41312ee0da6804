import { Draw } from "./draws";
import { POOL_HEAD_BYTES, PoolFields } from "./pool-fields";

const NS_PER_SECOND: u64 = 1000000000;
/** Demand that is expected of a pool in use at least, within a second. */
const MIN_DEMAND: u64 = 10;
/** An unused pool with nothing in it gives its slot to another key after so long. */
const EVICTABLE_AFTER_NS: u64 = NS_PER_SECOND;
/** What a pool in shared data may hold without a sign of use: longer than any lease is valid. */
const ABANDONED_AFTER_NS: u64 = 60 * NS_PER_SECOND;

/** How long a worker may keep what it has taken in a chunk. */
const CHUNK_NS: u64 = NS_PER_SECOND / 10;

/** A pool of which chunks are taken has this part of what a second takes at least. */
const CHUNKED_SHARE: u64 = 4;

/** More than any of a pool's waits: what is further ahead stands there because the clock was put back. */
const MAX_WAIT_NS: u64 = 61 * NS_PER_SECOND;

/**
 * One quota's and key's pool of this Envoy, as it stands in shared data: what was granted and is not spent, and what is
 * known of the limit.
 */
@final
export class Pool extends PoolFields {
	/** Where it stands; -1: nowhere, there was no room for it. */
	slot: i32 = -1;
	/** The version that was read. */
	cas: u32 = 0;

	/** Starts a new pool. @param number random, not 0: its name at the store. */
	begin(draw: Draw, number: u64): void {
		this.bytes.reset();
		this.bytes.reserve(POOL_HEAD_BYTES);
		memory.fill(this.bytes.ptr, 0, POOL_HEAD_BYTES);
		this.bytes.size = POOL_HEAD_BYTES;
		this.bytes.raw(draw.id.ptr, draw.id.size);
		this.number = number;
	}

	/** Takes a slot's bytes over; false where they are no pool's. */
	read(ptr: usize, size: i32): bool {
		this.bytes.reset();
		this.bytes.raw(ptr, size);
		return size > POOL_HEAD_BYTES && !this.bytes.overflowed;
	}

	/** Whether it is the pool of this draw's quota, key and limit. */
	isOf(draw: Draw): bool {
		let size = this.bytes.size - POOL_HEAD_BYTES;
		return size == draw.id.size && memory.compare(this.bytes.ptr + POOL_HEAD_BYTES, draw.id.ptr, size) == 0;
	}

	/** What can be spent now: nothing once its time is over, nor where the clock was put back before it. */
	usable(nowNs: u64): u64 {
		return nowNs >= this.sentNs && nowNs < this.endsNs ? this.balance : 0;
	}

	/**
	 * Spends what must be there, and hands out a chunk.
	 *
	 * @param ahead what a worker takes for its next requests.
	 * @param back what is left of its last chunk.
	 */
	spend(amount: u64, ahead: u64, back: u64, nowNs: u64): void {
		this.balance = this.balance + back - amount - ahead;
		this.use(amount + ahead - min(back, amount + ahead), nowNs);
		if (ahead == 0 && back == 0) return;
		this.turnChunks(nowNs);
		let fromNow = min(this.chunksNow, back);
		this.chunksNow += ahead - fromNow;
		this.chunksBefore -= min(this.chunksBefore, back - fromNow);
	}

	/**
	 * What chunks may be taken of, once `amount` is spent: nothing where it does not last for much longer than a chunk, or
	 * nobody knows yet. Then the next LEASE would find in chunks what was spent long ago, and bring too little.
	 */
	spare(amount: u64, nowNs: u64): u64 {
		if (this.demandBefore == 0) return 0;
		let rest = this.usable(nowNs) - amount;
		return rest * CHUNKED_SHARE < this.demand ? 0 : rest;
	}

	/** When a chunk that is taken now ends. */
	chunkEndsNs(nowNs: u64): u64 {
		return min(this.endsNs, nowNs + CHUNK_NS);
	}

	/** What workers may still have of it in chunks: all that they took in the last tenth of a second, or more. */
	inChunks(nowNs: u64): u64 {
		if (nowNs < this.sentNs || nowNs >= this.endsNs) return 0;
		let sinceNs = nowNs < this.chunksSinceNs ? 0 : nowNs - this.chunksSinceNs;
		if (sinceNs >= 2 * CHUNK_NS) return 0;
		return sinceNs < CHUNK_NS ? this.chunksNow + this.chunksBefore : this.chunksNow;
	}

	private turnChunks(nowNs: u64): void {
		let sinceNs = nowNs - this.chunksSinceNs;
		if (nowNs >= this.chunksSinceNs && sinceNs < CHUNK_NS) return;
		this.chunksBefore = nowNs < this.chunksSinceNs || sinceNs < 2 * CHUNK_NS ? this.chunksNow : 0;
		this.chunksNow = 0;
		this.chunksSinceNs = nowNs;
	}

	/** Puts back what was spent since the last LEASE was sent; after one it counts as spent, and is gone. */
	putBack(amount: u64, sequence: u64): bool {
		if (this.sequence != sequence || this.endsNs == 0) return false;
		this.balance += amount;
		return true;
	}

	/** Notes a request's demand, whether or not there was anything for it. */
	use(amount: u64, nowNs: u64): void {
		this.usedNs = nowNs;
		if (nowNs - this.demandSinceNs >= NS_PER_SECOND || nowNs < this.demandSinceNs) {
			let isNext = nowNs >= this.demandSinceNs && nowNs - this.demandSinceNs < 2 * NS_PER_SECOND;
			this.demandBefore = isNext ? this.demandNow : 0;
			this.demandNow = 0;
			this.demandSinceNs = nowNs;
		}
		this.demandNow += amount;
	}

	/** What a second is expected to take. */
	get demand(): u64 {
		return max(MIN_DEMAND, max(this.demandBefore, this.demandNow));
	}

	/** Whether a LEASE or RETURN is under way. */
	isCalled(nowNs: u64): bool {
		return isAhead(this.callUntilNs, nowNs);
	}

	/** Whether a LEASE can be tried. */
	isLeasable(nowNs: u64): bool {
		return !isAhead(this.callUntilNs, nowNs) && !isAhead(this.leaseAfterNs, nowNs);
	}

	/** Whether the store refused as much a moment ago. */
	denies(amount: u64, nowNs: u64): bool {
		return isAhead(this.deniedUntilNs, nowNs) && amount >= this.deniedAmount;
	}

	/** Whether it is time for another LEASE: less than half is there of what a second takes, or could be had last time. */
	isLow(nowNs: u64): bool {
		return this.isLeasable(nowNs) && this.usable(nowNs) * 2 < min(this.demand, this.full);
	}

	/** Begins a LEASE or RETURN. @returns what it holds: what of it is still to be spent. */
	beginCall(untilNs: u64, nowNs: u64): u64 {
		let held = this.usable(nowNs) + this.inChunks(nowNs);
		if (held == 0) this.empty();
		this.sequence++;
		this.callUntilNs = untilNs;
		return held;
	}

	/** Nothing of it is to be spent any more. */
	empty(): void {
		this.balance = 0;
		this.sentNs = 0;
		this.endsNs = 0;
	}

	/** Takes a LEASE's answer: gives up `forfeited`, adds `granted`, all of it until `endsNs`. */
	take(granted: u64, forfeited: u64, sentNs: u64, endsNs: u64, nowNs: u64): void {
		let balance = this.usable(nowNs);
		balance -= min(balance, forfeited);
		if (endsNs > nowNs) {
			this.balance = balance + granted;
			this.full = balance + granted;
			this.sentNs = sentNs;
			this.endsNs = endsNs;
		} else {
			this.balance = balance;
		}
	}

	/** Another key may have its slot. */
	isEvictable(nowNs: u64): bool {
		if (this.localEndsNs > nowNs || this.isCalled(nowNs)) return false;
		let unusedNs = nowNs < this.usedNs ? 0 : nowNs - this.usedNs;
		return unusedNs >= (this.usable(nowNs) == 0 ? EVICTABLE_AFTER_NS : ABANDONED_AFTER_NS);
	}
}

function isAhead(timeNs: u64, nowNs: u64): bool {
	return timeNs > nowNs && timeNs - nowNs < MAX_WAIT_NS;
}
