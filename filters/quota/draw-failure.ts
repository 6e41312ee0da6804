import { DrawState, Progress } from "./draw-state";
import { Draw } from "./draws";
import { Pool } from "./pool";
import { Quotas } from "./quotas";

/** A draw can't be had in time: its Quota's failureMode says what that means. */
export function failDraw(quotas: Quotas, draw: Draw, state: DrawState, pool: Pool, nowNs: u64): void {
	let quota = unchecked(quotas.quotas[draw.quota]);
	if (quota.shadow) {
		state.progress = Progress.Free;
		return;
	}
	state.progress = Progress.Unavailable;
	if (!quota.allowOnFailure) return;
	let passes = quotas.pools.spendLocally(draw, quota, nowNs, pool);
	if (!passes && pool.slot < 0) return;
	state.progress = passes ? Progress.Local : Progress.Denied;
	state.limit = quota.localLimit;
	state.remaining = quota.localLimit - min(pool.localUsed, quota.localLimit);
	state.resetAtNs = pool.localEndsNs;
	state.retryAtNs = draw.amount > quota.localLimit ? 0 : pool.localEndsNs;
}
