import { ChargeAt, Quota } from "../config/config";
import { Source } from "./draw-state";
import { Draw } from "./draws";
import { Pool } from "./pool";

/** A limit below has no twentieth that could be leased. */
const LEASE_SHARE: u64 = 20;

/** How a draw could be had, as its pool stands. */
export function sourceOf(quota: Quota, draw: Draw, pool: Pool, nowNs: u64): Source {
	if (quota.chargeAt != ChargeAt.Request) return Source.Charge;
	if (pool.usable(nowNs) >= draw.amount) return Source.Pool;
	let isLeased = draw.limit == 0 ? quota.leased : draw.limit >= LEASE_SHARE;
	if (!isLeased || pool.slot < 0) return Source.Charge;
	if (pool.isLeasable(nowNs)) return Source.Lease;
	return pool.isCalled(nowNs) ? Source.Join : Source.Charge;
}
