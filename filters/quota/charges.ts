import { Bag } from "../attributes/bag";
import { AttributeId } from "../attributes/generated/vocabulary";
import { Value } from "../attributes/value";
import { ChargeAt, Quota } from "../config/config";
import { nowNs } from "../host/clock";
import { HeaderMap, HeaderPairs } from "../host/headers";
import { Status } from "../host/status";
import { Slice } from "../wire/slice";
import { DrawState, Progress } from "./draw-state";
import { Draw, MAX_AMOUNT } from "./draws";
import { Quotas } from "./quotas";
import { RequestQuotas } from "./request-quotas";

const value = new Value();
const headers = new HeaderPairs();
/** What a response says that says nothing of the kind. */
const UNREADABLE: i64 = -1;
const MAX_DIGITS: i32 = 16;

/** Charges what quotas take of a response, at the end of its stream. */
export function chargeResponse(quotas: Quotas, request: RequestQuotas, bag: Bag): void {
	let read = false;
	for (let i = 0; i < request.draws.count; i++) {
		let draw = request.draws.at(i);
		let quota = unchecked(quotas.quotas[draw.quota]);
		if (quota.chargeAt == ChargeAt.Request) continue;
		if (!read && quota.chargeHeader !== null) read = headers.read(HeaderMap.Response) == Status.Ok;
		chargeOne(quotas, quota, draw, request.stateAt(i), bag, nowNs());
	}
	if (read) headers.free();
}

function chargeOne(quotas: Quotas, quota: Quota, draw: Draw, state: DrawState, bag: Bag, atNs: u64): void {
	let isCharged = state.progress == Progress.Granted && quota.chargeAt == ChargeAt.Settle;
	let reserved: u64 = isCharged ? draw.amount : 0;
	if (codeOf(bag) >= quota.codeBelow) {
		quotas.settlements.add(draw, 0, reserved, state.chargedAtMs, atNs);
		return;
	}
	let header = quota.chargeHeader;
	let amount = header === null ? sizeOf(bag) : numberOf(header);
	if (amount == UNREADABLE) {
		// What was reserved stays charged: it is the best that is known.
		quotas.stats.amountUnreadable();
		return;
	}
	quotas.settlements.add(draw, <u64>amount, reserved, state.chargedAtMs, atNs);
}

function codeOf(bag: Bag): i64 {
	return bag.read(AttributeId.response_code, value) ? value.integer : 0;
}

function sizeOf(bag: Bag): i64 {
	return bag.read(AttributeId.response_size, value) ? value.integer : 0;
}

/** A response header that is a whole number; of several the first. */
function numberOf(name: Slice): i64 {
	let at = headers.find(name);
	if (at < 0) return UNREADABLE;
	let size = headers.valueSize(at);
	let number: u64 = 0;
	for (let i = 0; i < size && i <= MAX_DIGITS; i++) {
		let digit = <u32>load<u8>(headers.valuePtr(at) + i) - 0x30;
		if (digit > 9) return UNREADABLE;
		number = number * 10 + digit;
	}
	return size == 0 || size > MAX_DIGITS || number > MAX_AMOUNT ? UNREADABLE : <i64>number;
}
