import { Outcome, OutcomeKind } from "../check/outcome";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { findByte } from "./ascii";
import { FilterSource } from "./generated/vocabulary";
import { Value } from "./value";

const ALLOW: Slice = Slice.of("allow");
const DENY: Slice = Slice.of("deny");

/** The names of OutcomeKind's members, by number. */
const KINDS: StaticArray<Slice> = [
	Slice.of("none"),
	Slice.of("allowed"),
	Slice.of("denied"),
	Slice.of("policy_error"),
	Slice.of("bad_input"),
	Slice.of("unavailable"),
	Slice.of("internal_error"),
	Slice.of("quota_denied"),
];

/** The names of Placement's members, by number. */
const PLACEMENTS: StaticArray<Slice> = [Slice.of("none"), Slice.of("proxy"), Slice.of("mixer")];

/** The names of QuotaOutcome's members, by number. */
const QUOTA_OUTCOMES: StaticArray<Slice> = [
	Slice.of("none"),
	Slice.of("granted"),
	Slice.of("denied"),
	Slice.of("shadow_denied"),
	Slice.of("unavailable"),
	Slice.of("failure_allowed"),
];

/** Reads one of check.* and quota.*; false where the decision has no such part, or there is no decision. */
export function readOutcome(outcome: Outcome, source: FilterSource, out: Value): bool {
	let decided = outcome.kind != OutcomeKind.None;
	switch (source) {
		case FilterSource.CheckId:
			return takeBytes(outcome.id, out);
		case FilterSource.CheckDecision:
			return decided && takeSlice(outcome.allowed ? ALLOW : DENY, out);
		case FilterSource.CheckOutcome:
			return takeSlice(unchecked(KINDS[outcome.kind]), out);
		case FilterSource.CheckPolicy:
			return takeSlice(outcome.policy, out);
		case FilterSource.CheckRule:
			return takeBytes(outcome.rule, out);
		case FilterSource.CheckReason:
			return takeBytes(outcome.reason, out);
		case FilterSource.CheckRevision:
			return takeSlice(outcome.revision, out);
		case FilterSource.CheckPlacement:
			return decided && takeSlice(unchecked(PLACEMENTS[outcome.placement]), out);
		case FilterSource.CheckCached:
			out.flag = outcome.cached;
			return decided;
		case FilterSource.CheckDuration:
			return takeTime(outcome.durationNs, out);
		case FilterSource.CheckTime:
			return takeTime(outcome.askedNs, out);
		case FilterSource.CheckCalloutDuration:
			return takeTime(outcome.calloutNs, out);
		case FilterSource.CheckShadow:
			return readShadow(outcome.shadow, out);
		case FilterSource.CheckInput:
			return takeSlice(outcome.input, out);
		case FilterSource.QuotaName:
			return takeSlice(outcome.quota, out);
		case FilterSource.QuotaOutcome:
			return outcome.quota.size > 0 && takeSlice(unchecked(QUOTA_OUTCOMES[outcome.quotaOutcome]), out);
		case FilterSource.QuotaRemaining:
			out.integer = outcome.quotaRemaining;
			return outcome.quotaIsKnown;
		case FilterSource.QuotaDuration:
			return takeTime(outcome.quotaDurationNs, out);
		case FilterSource.QuotaCalloutDuration:
			return takeTime(outcome.quotaCalloutNs, out);
		default:
			return false;
	}
}

function takeTime(ns: u64, out: Value): bool {
	out.integer = <i64>ns;
	return ns > 0;
}

function takeBytes(bytes: Bytes, out: Value): bool {
	out.text.set(bytes.ptr, bytes.size);
	return bytes.size > 0;
}

function takeSlice(slice: Slice, out: Value): bool {
	out.text.set(slice.ptr, slice.size);
	return slice.size > 0;
}

/** Names and answers, each with a NUL behind it. */
function readShadow(shadow: Bytes, out: Value): bool {
	let at = shadow.ptr;
	let end = shadow.ptr + shadow.size;
	while (at < end) {
		let name = findByte(at, end, 0);
		if (name >= end) break;
		let answer = findByte(name + 1, end, 0);
		out.entries.add(at, <i32>(name - at), name + 1, <i32>(answer - name - 1));
		at = answer + 1;
	}
	out.finishMapOfFirst();
	return out.count > 0;
}
