import { Progress, Source } from "./draw-state";
import { Quotas } from "./quotas";
import { RequestDraws } from "./request-draws";

/** Spends what comes from pools: all of it, or nothing where one has too little by now. */
export function spendAll(quotas: Quotas, request: RequestDraws, nowNs: u64): bool {
	for (let i = 0; i < request.draws.count; i++) {
		let state = request.stateAt(i);
		if (state.progress != Progress.Open || state.source != Source.Pool) continue;
		let draw = request.draws.at(i);
		let pool = unchecked(quotas.found[i]);
		if (quotas.spend(draw, nowNs, pool)) {
			state.progress = Progress.Spent;
			// What was left of it was told with the LEASE just begun: from then on it counts as spent.
			state.sequence = quotas.pools.leaseBegun ? 0 : pool.sequence;
			state.learnOfPool(pool, nowNs);
			continue;
		}
		putBackSpent(quotas, request, nowNs);
		return false;
	}
	return true;
}

function putBackSpent(quotas: Quotas, request: RequestDraws, nowNs: u64): void {
	for (let i = 0; i < request.draws.count; i++) {
		let state = request.stateAt(i);
		if (state.progress != Progress.Spent) continue;
		quotas.pools.putBack(request.draws.at(i), state.sequence, nowNs);
		state.progress = Progress.Open;
	}
}
