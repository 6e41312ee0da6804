import { ChargeAt } from "../config/config";
import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { Progress, Source } from "./draw-state";
import { Draw } from "./draws";
import { addLease, Quotas } from "./quotas";
import { RequestDraws } from "./request-draws";

const NONE: i32 = -1;

/** Adds what a draw takes: a LEASE that is begun, or a charge for it alone. */
export function addItem(
	quotas: Quotas,
	call: AllocateCall,
	request: RequestDraws,
	place: i32,
	untilNs: u64,
	nowNs: u64,
): void {
	let draw = request.draws.at(place);
	let pool = unchecked(quotas.found[place]);
	let isLease = request.stateAt(place).source == Source.Lease;
	if (isLease && quotas.pools.beginLease(draw, nowNs, untilNs, pool)) {
		addLease(call, draw, place, draw.amount, quotas.pools.held, pool);
		return;
	}
	call.add(ItemKind.Charge, draw, place, isResponse(quotas, draw) ? 0 : draw.amount);
}

/** Sends a call; false, and nothing is begun any more, where Envoy refuses. */
export function sendCall(quotas: Quotas, call: AllocateCall, nowNs: u64): bool {
	if (quotas.allocator.send(call, nowNs)) return true;
	for (let i = 0; i < call.count; i++) quotas.pools.callFailed(call.at(i), nowNs);
	quotas.allocator.release(call);
	return false;
}

/** The pool of which a LEASE is under way, if it is the only one that is missing; 0: there is none. */
export function leaseToJoin(quotas: Quotas, request: RequestDraws): u64 {
	let missing = NONE;
	for (let i = 0; i < request.draws.count; i++) {
		let state = request.stateAt(i);
		if (state.progress != Progress.Open || state.source <= Source.Pool) continue;
		if (missing >= 0 || state.source != Source.Join) return 0;
		missing = i;
	}
	return missing < 0 ? 0 : unchecked(quotas.found[missing]).number;
}

/** Charged by its response alone: before it, only whether anything is left is asked. */
export function isResponse(quotas: Quotas, draw: Draw): bool {
	return unchecked(quotas.quotas[draw.quota]).chargeAt == ChargeAt.Response;
}
