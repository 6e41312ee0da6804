import { knownStream } from "../contexts";
import { readGrpcMessage } from "../host/grpc";
import { HostBytes } from "../host/memory";
import { Status } from "../host/status";
import { AllocateCall } from "./allocate-call";
import { ItemKind } from "./allocate-request";
import { AllocateResponse, AnswerStatus, QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { QuotaOutcome } from "./quota-stats";
import { Quotas } from "./quotas";

const message = new HostBytes();
/** gRPC code of what can't be read: the same call would be answered the same way. */
const INVALID_ARGUMENT: u32 = 3;

/** The Mixer's answer to one of our calls; false if the call is not ours. */
export function allocated(quotas: Quotas, token: u32, size: i32, nowNs: u64): bool {
	let call = quotas.allocator.take(token);
	if (call === null) return false;
	let response = quotas.response;
	let isRead = readGrpcMessage(size, message) == Status.Ok && response.read(message.ptr, message.size, call.count);
	message.free();
	if (!isRead) end(quotas, call, INVALID_ARGUMENT, nowNs);
	else if (call.isSettlement) settle(quotas, call, response, nowNs);
	else succeed(quotas, call, response, nowNs);
	return true;
}

/** An attempt of ours failed; false if it is not ours. */
export function allocateFailed(quotas: Quotas, token: u32, code: u32, nowNs: u64): bool {
	let call = quotas.allocator.take(token);
	if (call === null) return false;
	let isAgain = !call.isSettlement && quotas.allocator.hasAnotherAttempt(call, code, nowNs);
	if (!isAgain || !quotas.allocator.again(call, nowNs)) end(quotas, call, code, nowNs);
	return true;
}

/** Telling one of a call's streams failed: that one and all who still wait are answered 503. */
export function tellingFailed(quotas: Quotas): void {
	let call = quotas.telling;
	quotas.telling = null;
	if (call === null) return;
	for (let id = nextOf(call); id != 0; id = nextOf(call)) {
		let stream = knownStream(id);
		if (stream !== null) stream.callbackFailed();
	}
}

/** No attempt of it was answered, and none is made any more. */
function end(quotas: Quotas, call: AllocateCall, code: u32, nowNs: u64): void {
	quotas.stats.callFailed();
	if (call.isSettlement) {
		if (code == INVALID_ARGUMENT) quotas.settlements.refused(call);
		else quotas.settlements.retry(call, nowNs);
		return;
	}
	for (let i = 0; i < call.count; i++) quotas.pools.callFailed(call.at(i), nowNs);
	tell(quotas, call, null, nowNs);
}

function settle(quotas: Quotas, call: AllocateCall, response: AllocateResponse, nowNs: u64): void {
	for (let i = 0; i < call.count; i++) {
		if (response.at(i).status != AnswerStatus.Unavailable) continue;
		quotas.settlements.retry(call, nowNs);
		return;
	}
	quotas.settlements.settled(call);
}

function succeed(quotas: Quotas, call: AllocateCall, response: AllocateResponse, nowNs: u64): void {
	let isAwaited = knownStream(call.stream) !== null;
	for (let i = 0; i < call.count; i++) {
		let item = call.at(i);
		let answer = response.at(i);
		let slot = quotas.pools.answered(item, answer, call.sentNs, nowNs);
		let leased = answer.status == AnswerStatus.Ok && answer.granted > item.needed ? answer.granted - item.needed : 0;
		if (item.kind == ItemKind.Return) quotas.stats.tokensReturned(answer.granted);
		else if (item.kind == ItemKind.Lease) quotas.stats.tokensLeased(leased);
		if (item.kind == ItemKind.Lease && leased > 0) quotas.watched.add(item.draw, slot);
		if (!isAwaited) takeAlone(quotas, item, answer, nowNs);
	}
	tell(quotas, call, response, nowNs);
}

/** An answer that nobody waits for: of a stream that has ended, or of a Quota in shadow mode. */
function takeAlone(quotas: Quotas, item: CallItem, answer: QuotaAnswer, nowNs: u64): void {
	let isDrawn = item.needed > 0 && item.kind != ItemKind.Return;
	if (!isDrawn) return;
	if (item.place < 0) {
		if (answer.status == AnswerStatus.Ok) quotas.stats.drawn(QuotaOutcome.Granted);
		if (answer.status == AnswerStatus.Denied) quotas.stats.drawn(QuotaOutcome.ShadowDenied);
	} else if (answer.status == AnswerStatus.Ok) {
		quotas.settlements.add(item.draw, 0, item.needed, answer.chargedAtMs, nowNs);
	}
}

/** Tells everyone who waits; the call is over. */
function tell(quotas: Quotas, call: AllocateCall, response: AllocateResponse | null, nowNs: u64): void {
	quotas.allocator.close(call);
	quotas.telling = call;
	let leader = knownStream(call.stream);
	call.stream = 0;
	if (leader !== null) leader.allocated(call, response, nowNs);
	for (let id = nextOf(call); id != 0; id = nextOf(call)) {
		let stream = knownStream(id);
		if (stream !== null) stream.leaseEnded(response === null, nowNs);
	}
	quotas.telling = null;
	quotas.allocator.release(call);
}

/** The stream that is to be told next; 0: none is left. */
function nextOf(call: AllocateCall): u32 {
	return call.waiters.length > 0 ? call.waiters.shift() : 0;
}
