import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { Allocator } from "./allocator";
import { Draw } from "./draws";
import { Pool } from "./pool";
import { SLOTS } from "./pool-slots";
import { Pools } from "./pools";

/** Pools looked at in one tick: all of a thousand within four seconds, at 1.5 µs each. */
const LOOKED_AT: i32 = 64;
/** A pool that no request drew on for so long gives back what it holds. */
const IDLE_NS: u64 = 5000000000;
/** The same where this VM had no request at all for so long: Envoy may be draining, of which it tells a filter nothing. */
const QUIET_NS: u64 = 2000000000;
const RETURN_NS: u64 = 1000000000;

/** The pools for which this VM took leases last: those that are not used any more give back what is unspent. */
@final
export class WatchedPools {
	private draws: Array<Draw> = new Array<Draw>();
	/** By slot: it is among them. */
	private isWatched: StaticArray<bool> = new StaticArray<bool>(SLOTS);
	private slots: Array<i32> = new Array<i32>();
	private free: Array<Draw> = new Array<Draw>();
	private next: i32 = 0;
	private pool: Pool = new Pool();
	/** When a request of this VM last drew on a quota. */
	private drawnNs: u64 = 0;

	constructor(
		private pools: Pools,
		private allocator: Allocator,
	) {}

	/** A LEASE of this pool brought something. */
	add(draw: Draw, slot: i32): void {
		if (slot < 0 || this.isWatched[slot]) return;
		this.isWatched[slot] = true;
		let copy = this.free.length > 0 ? this.free.pop() : new Draw();
		copy.copy(draw);
		this.draws.push(copy);
		this.slots.push(slot);
	}

	/** A request draws on quotas. */
	drawn(nowNs: u64): void {
		this.drawnNs = nowNs;
	}

	/** Called several times a second. */
	tick(nowNs: u64): void {
		let isQuiet = nowNs >= this.drawnNs && nowNs - this.drawnNs >= QUIET_NS;
		let idleNs = isQuiet ? QUIET_NS : IDLE_NS;
		let call: AllocateCall | null = null;
		// In a quiet VM nobody waits meanwhile, and what drains may end soon: all at once.
		for (let looks = isQuiet ? this.draws.length : min(LOOKED_AT, this.draws.length); looks > 0; looks--) {
			if (this.next >= this.draws.length) this.next = 0;
			let draw = this.draws[this.next];
			let pool = this.pool;
			let isThere = this.pools.find(draw, nowNs, pool) && pool.usable(nowNs) > 0;
			if (!isThere) {
				this.forget(this.next);
				continue;
			}
			this.next++;
			if (pool.isCalled(nowNs) || nowNs - pool.usedNs < idleNs) continue;
			call = this.giveBack(draw, pool, call, nowNs);
		}
		if (call !== null) this.send(call, nowNs);
	}

	/** Adds what a pool holds to a call that gives back; a full one is sent. @returns the call that is still to be sent. */
	private giveBack(draw: Draw, pool: Pool, open: AllocateCall | null, nowNs: u64): AllocateCall | null {
		let isAsked = open === null ? false : open.has(draw);
		if (isAsked || !this.pools.beginReturn(nowNs + RETURN_NS, nowNs, pool)) return open;
		let call = open === null ? this.allocator.blank(0, nowNs + RETURN_NS) : open;
		let item = call.add(ItemKind.Return, draw, -1, this.pools.held);
		item.pool = pool.number;
		item.sequence = pool.sequence;
		if (!call.isFull) return call;
		this.send(call, nowNs);
		return null;
	}

	private send(call: AllocateCall, nowNs: u64): void {
		if (!this.allocator.send(call, nowNs)) this.allocator.release(call);
	}

	private forget(place: i32): void {
		this.isWatched[this.slots[place]] = false;
		this.free.push(this.draws[place]);
		let lastDraw = this.draws.pop();
		let lastSlot = this.slots.pop();
		if (place == this.draws.length) return;
		this.draws[place] = lastDraw;
		this.slots[place] = lastSlot;
	}
}
