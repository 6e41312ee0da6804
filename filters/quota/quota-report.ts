import { Outcome } from "../check/outcome";
import { outcomeOf, Progress } from "./draw-state";
import { Quotas } from "./quotas";
import { RateLimitFields } from "./rate-limit-fields";
import { RequestQuotas } from "./request-quotas";

/** Notes for the record what became of a request's quotas: of the one that refused it, else of the last one. */
export function noteQuotas(quotas: Quotas, request: RequestQuotas, outcome: Outcome): void {
	if (request.draws.count == 0) return;
	let place = request.refused >= 0 ? request.refused : request.draws.count - 1;
	let state = request.stateAt(place);
	let name = unchecked(quotas.quotas[request.draws.at(place).quota]).name;
	outcome.quota.set(name.ptr, name.size);
	outcome.quotaOutcome = outcomeOf(state.progress);
	outcome.quotaRemaining = state.remaining;
	outcome.quotaIsKnown = state.limit != 0;
}

/** The rate limit fields of a request: of the quota that refused it, else of all that are enforced. */
export function writeRateLimit(quotas: Quotas, request: RequestQuotas, nowNs: u64, out: RateLimitFields): void {
	out.reset();
	for (let i = 0; i < request.draws.count; i++) {
		if (request.refused >= 0 && request.refused != i) continue;
		let quota = unchecked(quotas.quotas[request.draws.at(i).quota]);
		let state = request.stateAt(i);
		if (quota.shadow) continue;
		let isDenied = state.progress == Progress.Denied && state.retryAtNs != 0;
		out.add(quota, state, isDenied ? state.retryAtNs : state.resetAtNs, nowNs);
	}
}
