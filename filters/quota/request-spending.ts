import { Progress, Source } from "./draw-state";
import { Quotas } from "./quotas";
import { RequestDraws } from "./request-draws";

/** Spends what comes from chunks and pools: all of it, or nothing where one has too little by now. */
export function spendAll(quotas: Quotas, request: RequestDraws, nowNs: u64): bool {
	for (let i = 0; i < request.draws.count; i++) {
		let state = request.stateAt(i);
		if (state.progress != Progress.Open || state.source > Source.Pool) continue;
		if (!spend(quotas, request, i, nowNs)) {
			putBackSpent(quotas, request, nowNs);
			return false;
		}
		state.progress = Progress.Spent;
	}
	return true;
}

function spend(quotas: Quotas, request: RequestDraws, place: i32, nowNs: u64): bool {
	let draw = request.draws.at(place);
	let state = request.stateAt(place);
	if (state.source == Source.Chunk) return quotas.pools.spendChunk(draw, state, nowNs);
	let pool = unchecked(quotas.found[place]);
	if (!quotas.spend(draw, nowNs, pool)) return false;
	state.chunk = 0;
	// What was left of it was told with the LEASE just begun: from then on it counts as spent.
	state.sequence = quotas.pools.leaseBegun ? 0 : pool.sequence;
	state.learnOfPool(pool, nowNs);
	return true;
}

function putBackSpent(quotas: Quotas, request: RequestDraws, nowNs: u64): void {
	for (let i = 0; i < request.draws.count; i++) {
		let state = request.stateAt(i);
		if (state.progress != Progress.Spent) continue;
		quotas.pools.putBack(request.draws.at(i), state, nowNs);
		state.progress = Progress.Open;
	}
}
