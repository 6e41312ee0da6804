import { nowNs } from "../../host/clock";
import { Bytes } from "../../wire/bytes";
import { JsonDocument } from "../../wire/json-reader";
import { Slice } from "../../wire/slice";
import {
	BuiltinArguments,
	BuiltinResult,
	beginEvaluation,
	builtinByName,
	builtinFaultIsOpas,
	builtinFault as faultOfBuiltin,
	runBuiltin,
} from "../builtins/builtins";
import { startFault, unavailable } from "../builtins/fault";
import { readOperands } from "../builtins/operands";
import { policy_copy_out, policy_dump_value, policy_fail, policy_parse_value, policy_text_size } from "./abi";

/** Most built-ins one policy can call. */
const MAX_BUILTINS: i32 = 256;
const MAX_ARGUMENT_BYTES: i32 = 1048576;
/** Evaluated.BuiltinError. */
const BUILTIN_ERROR: i32 = 4;
const UNAVAILABLE: i32 = -1;
const NONE: i32 = -1;

/** By OPA's number in this policy: ours. */
const bound = new StaticArray<i32>(MAX_BUILTINS);
const values = new BuiltinArguments();
const texts = new Bytes(1024, MAX_ARGUMENT_BYTES);
const ends = new StaticArray<i32>(5);
const out = new Bytes(1024, MAX_ARGUMENT_BYTES);
const module = Slice.of("built-in");
const name = new Bytes(64, 256);
const nameSlice = new Slice();
/** A built-in was called in this evaluation. */
let begun: bool = false;
/** A built-in that fails ends the evaluation. */
let strict: bool = true;
let fault: string = "";

/**
 * Learns which number OPA gave each built-in; false where the table can't be read. One that is not available here may
 * belong to a Policy that the Mixer evaluates: called all the same, it fails.
 */
export function bindBuiltins(table: JsonDocument): bool {
	bound.fill(UNAVAILABLE);
	for (let member = table.first(table.root); member != NONE; member = table.next(member)) {
		let number = table.integer(member);
		if (number < 0 || number >= MAX_BUILTINS) return false;
		name.reset();
		table.key(member, name);
		nameSlice.set(name.ptr, name.size);
		bound[<i32>number] = builtinByName(nameSlice);
	}
	return true;
}

/** A new evaluation: its time is not taken before it calls something. */
export function beginBuiltins(): void {
	begun = false;
	fault = "";
}

/**
 * What becomes of the next evaluations where a built-in fails as OPA's does: they fail, or the call has no value. What
 * only the proxy doesn't do always ends them.
 */
export function strictBuiltinErrors(isStrict: bool): void {
	strict = isStrict;
}

/** What was wrong with the arguments of the built-in that failed last. */
export function builtinFault(): string {
	return fault;
}

/** Called by the policy, through the glue: OPA's values in, an OPA value out, 0 for undefined. */
export function policyBuiltin(number: i32, count: i32, a: i32, b: i32, c: i32, d: i32): i32 {
	if (!begun) {
		beginEvaluation(nowNs());
		begun = true;
	}
	readArguments(count, a, b, c, d);
	out.reset();
	let isTooLong = texts.overflowed;
	let result = isTooLong ? BuiltinResult.Error : runBuiltin(bound[number], values, out);
	if (result == BuiltinResult.Undefined) return 0;
	if (result == BuiltinResult.Error || out.overflowed) {
		if (!strict && !isTooLong && !out.overflowed && builtinFaultIsOpas()) return 0;
		endWithFault();
	}
	return policy_parse_value(out.ptr, out.size);
}

/** Reads a value as the only operand of a built-in (operands.ts); ends the evaluation where it is too large. */
export function readOperand(value: i32): void {
	startFault(module);
	readArguments(1, value, 0, 0, 0);
	if (texts.overflowed) unavailable("so large an argument is");
	else if (readOperands(values) == BuiltinResult.Ok) return;
	endWithFault();
}

/** Ends the evaluation with the fault that was written, unless its Policy calls that an expression without a value. */
export function endUnlessLenient(): void {
	if (strict || !builtinFaultIsOpas()) endWithFault();
}

function endWithFault(): void {
	fault = faultOfBuiltin();
	policy_fail(BUILTIN_ERROR);
}

function readArguments(count: i32, a: i32, b: i32, c: i32, d: i32): void {
	texts.reset();
	if (count > 0) readArgument(0, a);
	if (count > 1) readArgument(1, b);
	if (count > 2) readArgument(2, c);
	if (count > 3) readArgument(3, d);
	values.reset();
	let start = 0;
	for (let i = 0; i < count; i++) {
		values.add(texts.ptr + start, ends[i] - start);
		start = ends[i];
	}
}

function readArgument(index: i32, value: i32): void {
	let at = policy_dump_value(value);
	let size = policy_text_size(at);
	if (texts.reserve(size)) {
		policy_copy_out(texts.ptr + texts.size, at, size);
		texts.size += size;
	}
	ends[index] = texts.size;
}
