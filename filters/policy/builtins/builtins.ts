import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { Slice } from "../../wire/slice";
import { anyPrefixMatch, anySuffixMatch } from "./affix-match";
import { BuiltinArguments } from "./arguments";
import { faultText, isOpasFault, startFault, unavailable } from "./fault";
import { JwsAlgorithm } from "./jws-algorithm";
import { jwtDecode } from "./jwt-decode";
import { jwtDecodeVerify } from "./jwt-decode-verify";
import { jwtVerify } from "./jwt-verify";
import { Builtin, builtinArguments, builtinNames } from "./names";
import { objectSubset } from "./object-subset";
import { readOperands } from "./operands";
import { BuiltinResult } from "./result";
import { sprintf } from "./sprintf";
import { timeAddDate, timeClock, timeDate, timeDiff, timeWeekday } from "./time-calendar";
import { timeParseDuration } from "./time-duration";
import { timeFormat } from "./time-format";
import { timeParse, timeParseRfc3339 } from "./time-parse";
import { beginVerifying } from "./token-verification";

export { BuiltinArguments } from "./arguments";
export { BuiltinResult } from "./result";

/** Text of a result at most, in bytes. */
const MAX_RESULT_BYTES: i32 = 1 << 20;

let evaluationTime: u64 = 0;

/** The id of a built-in by OPA's name; -1: the proxy doesn't have it. */
export function builtinByName(name: Slice): i32 {
	for (let i = 0; i < builtinNames.length; i++) {
		if (unchecked(builtinNames[i]).equals(name.ptr, name.size)) return i;
	}
	return -1;
}

/** Whether it may answer the same question differently: nothing that used it is kept for another request. */
export function volatile(id: i32): bool {
	return id == Builtin.TimeNow || id == Builtin.JwtDecodeVerify;
}

/** A new evaluation: `ns` is when it began, nanoseconds since 1970, for whatever asks for the time. */
export function beginEvaluation(ns: u64): void {
	evaluationTime = ns;
	beginVerifying();
}

/**
 * Runs a built-in over OPA's value text and writes its result as such text, in the place of what `out` had; nothing on
 * an error. What OPA with strict built-in errors ends with is an error here (`builtinFaultIsOpas`), and so is what the
 * proxy doesn't do; no answer differs from OPA's. It never traps; its work and memory are bounded.
 */
export function runBuiltin(id: i32, args: BuiltinArguments, out: Bytes): BuiltinResult {
	out.reset();
	if (id < 0 || id >= builtinNames.length) return refuseUnknown();
	startFault(unchecked(builtinNames[id]));
	if (args.count != unchecked(builtinArguments[id])) return unavailable("this number of arguments is");
	let result = readOperands(args);
	if (result == BuiltinResult.Ok) result = call(id, out);
	if (result == BuiltinResult.Ok && (out.overflowed || out.size > MAX_RESULT_BYTES)) {
		result = unavailable("so long a result is");
	}
	if (result != BuiltinResult.Ok) out.reset();
	return result;
}

/** After an error: what was wrong, in OPA's words where it is OPA's fault, after the name of the built-in. */
export function builtinFault(): string {
	return faultText();
}

/** After an error: whether OPA ends with it too, and without strict built-in errors calls the expression undefined. */
export function builtinFaultIsOpas(): bool {
	return isOpasFault();
}

function call(id: i32, out: Bytes): BuiltinResult {
	switch (id) {
		case Builtin.JwtDecode:
			return jwtDecode(out);
		case Builtin.JwtDecodeVerify:
			return jwtDecodeVerify(out, evaluationTime);
		case Builtin.JwtVerifyEs256:
			return jwtVerify(out, JwsAlgorithm.Es256);
		case Builtin.JwtVerifyEs384:
			return jwtVerify(out, JwsAlgorithm.Es384);
		case Builtin.JwtVerifyEs512:
			return jwtVerify(out, JwsAlgorithm.Es512);
		case Builtin.JwtVerifyRs256:
			return jwtVerify(out, JwsAlgorithm.Rs256);
		case Builtin.JwtVerifyRs384:
			return jwtVerify(out, JwsAlgorithm.Rs384);
		case Builtin.JwtVerifyRs512:
			return jwtVerify(out, JwsAlgorithm.Rs512);
		case Builtin.ObjectSubset:
			return objectSubset(out);
		case Builtin.Sprintf:
			return sprintf(out);
		case Builtin.AnyPrefixMatch:
			return anyPrefixMatch(out);
		case Builtin.AnySuffixMatch:
			return anySuffixMatch(out);
		case Builtin.TimeAddDate:
			return timeAddDate(out);
		case Builtin.TimeClock:
			return timeClock(out);
		case Builtin.TimeDate:
			return timeDate(out);
		case Builtin.TimeDiff:
			return timeDiff(out);
		case Builtin.TimeFormat:
			return timeFormat(out);
		case Builtin.TimeParseDuration:
			return timeParseDuration(out);
		case Builtin.TimeParse:
			return timeParse(out);
		case Builtin.TimeParseRfc3339:
			return timeParseRfc3339(out);
		case Builtin.TimeWeekday:
			return timeWeekday(out);
		default:
			writeJsonInt(out, <i64>evaluationTime);
			return BuiltinResult.Ok;
	}
}

const unknown = Slice.of("built-in");

function refuseUnknown(): BuiltinResult {
	startFault(unknown);
	return unavailable("this one is");
}
