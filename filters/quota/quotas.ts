import { Config, Quota } from "../config/config";
import { GrpcTarget } from "../host/grpc";
import { Bytes } from "../wire/bytes";
import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { AllocateResponse } from "./allocate-response";
import { Allocator } from "./allocator";
import { Chunks } from "./chunks";
import { Draw, MAX_DRAWS } from "./draws";
import { Pool } from "./pool";
import { PoolSlots } from "./pool-slots";
import { Pools } from "./pools";
import { QuotaStats } from "./quota-stats";
import { Settlements } from "./settlements";
import { WatchedPools } from "./watched-pools";

/** How long a LEASE in the background may take. */
const RENEWAL_NS: u64 = 1000000000;

/** All about quotas in one VM: what its streams share. Scratch objects are used by one callback at a time. */
@final
export class Quotas {
	readonly pools: Pools;
	readonly allocator: Allocator;
	readonly settlements: Settlements;
	readonly watched: WatchedPools;
	readonly stats: QuotaStats;
	/** The Quotas of the configuration. */
	readonly quotas: Array<Quota>;
	/** The pools of the request at hand, by the place of their draw. */
	readonly found: StaticArray<Pool> = new StaticArray<Pool>(MAX_DRAWS);
	readonly response: AllocateResponse = new AllocateResponse();
	/** The call whose streams are being told, and how many of them are left: who must be told if that fails. */
	telling: AllocateCall | null = null;

	/** @param seed differs from VM to VM, over restarts too. */
	constructor(config: Config, target: GrpcTarget, origin: Bytes, seed: u64) {
		this.quotas = config.quotas;
		let pools = new Pools(new PoolSlots(seed, config.quotas.length > 0), new Chunks(seed));
		let stats = new QuotaStats();
		let allocator = new Allocator(target, origin, config.quotas, stats, seed);
		this.pools = pools;
		this.allocator = allocator;
		this.settlements = new Settlements(allocator, stats);
		this.watched = new WatchedPools(pools, allocator);
		this.stats = stats;
		for (let i = 0; i < MAX_DRAWS; i++) this.found[i] = new Pool();
	}

	/** Called several times a second. */
	tick(nowNs: u64): void {
		this.settlements.tick(nowNs);
		this.watched.tick(nowNs);
	}

	/** Spends a draw from its pool, and renews the pool's lease where that leaves little. */
	spend(draw: Draw, nowNs: u64, pool: Pool): bool {
		let spent = this.pools.spend(draw, nowNs, nowNs + RENEWAL_NS, pool);
		if (spent && this.pools.leaseBegun) this.renew(draw, nowNs, pool);
		return spent;
	}

	/** Sends the LEASE that was begun with a spending. */
	private renew(draw: Draw, nowNs: u64, pool: Pool): void {
		let call = this.allocator.blank(0, nowNs + RENEWAL_NS);
		let held = this.pools.held;
		addLease(call, draw, -1, 0, held, pool);
		if (this.allocator.send(call, nowNs)) return;
		this.pools.callFailed(call.at(0), nowNs);
		this.allocator.release(call);
	}
}

/** Adds the LEASE that was begun: what the request needs at once, and what a second is expected to take. */
export function addLease(call: AllocateCall, draw: Draw, place: i32, minimum: u64, held: u64, pool: Pool): void {
	let more = pool.demand > held ? pool.demand - held : 0;
	let item = call.add(ItemKind.Lease, draw, place, minimum + max<u64>(more, 1));
	item.minimum = minimum;
	item.pool = pool.number;
	item.sequence = pool.sequence;
	item.held = held;
}
