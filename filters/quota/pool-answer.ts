import { ItemKind } from "./allocate-request";
import { AnswerStatus, QuotaAnswer } from "./allocate-response";
import { CallItem } from "./call-item";
import { Pool } from "./pool";

const NS_PER_MS: u64 = 1000000;
/** A denial is remembered for so long at most: what others give back is found by then. */
const DENIAL_NS: u64 = 500 * NS_PER_MS;
/** No LEASE is tried for so long after one that brought nothing. */
export const NOTHING_LEASED_NS: u64 = 100 * NS_PER_MS;
/** The same where the limit is leased to nobody. */
const ONE_BY_ONE_NS: u64 = 1000 * NS_PER_MS;

/** Whether a call is the last one of the pool. */
export function isOfCall(pool: Pool, item: CallItem): bool {
	return item.pool != 0 && pool.number == item.pool && pool.sequence == item.sequence;
}

/** Changes a pool by what an answer says; false where there is nothing to be written. */
export function learn(pool: Pool, item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): bool {
	let known = answer.status == AnswerStatus.Ok || answer.status == AnswerStatus.Denied;
	if (known) {
		pool.limit = answer.limit;
		pool.remaining = answer.remaining;
		pool.resetAtNs = nowNs + answer.resetMs * NS_PER_MS;
	}
	if (answer.status == AnswerStatus.Denied) {
		pool.usedNs = nowNs;
		pool.deniedAmount = item.needed;
		pool.retryAtNs = answer.retryAfterMs == 0 ? 0 : sentNs + answer.retryAfterMs * NS_PER_MS;
		pool.deniedUntilNs = nowNs + DENIAL_NS;
		if (answer.retryAfterMs != 0) pool.deniedUntilNs = min(pool.deniedUntilNs, pool.retryAtNs);
	}
	if (isOfCall(pool, item)) {
		pool.callUntilNs = 0;
		if (item.kind == ItemKind.Lease) takeLease(pool, item, answer, sentNs, nowNs);
		return true;
	}
	return known && item.kind != ItemKind.Settle;
}

function takeLease(pool: Pool, item: CallItem, answer: QuotaAnswer, sentNs: u64, nowNs: u64): void {
	if (answer.status == AnswerStatus.Stale) {
		// The store knows a later one of this number, so the number is not ours alone: nothing more is had by it.
		pool.number = 0;
		pool.empty();
		return;
	}
	let granted: u64 = 0;
	if (answer.status == AnswerStatus.Ok) {
		granted = answer.granted > item.minimum ? answer.granted - item.minimum : 0;
		pool.deniedUntilNs = 0;
	}
	// Nothing for the request, but perhaps something for the pool.
	if (answer.status == AnswerStatus.Withheld) granted = answer.granted;
	let endsNs = sentNs + answer.validMs * NS_PER_MS;
	pool.take(granted, answer.forfeited, sentNs, endsNs, nowNs);
	if (granted > 0) return;
	pool.leaseAfterNs = nowNs + (answer.oneByOne ? ONE_BY_ONE_NS : NOTHING_LEASED_NS);
}
