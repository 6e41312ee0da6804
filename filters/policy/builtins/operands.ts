import { Slice } from "../../wire/slice";
import { BuiltinArguments } from "./arguments";
import { fail, faultWords, unavailable } from "./fault";
import { RegoParser } from "./rego-parser";
import { RegoKind, RegoTape } from "./rego-tape";
import { BuiltinResult } from "./result";

/** Text of all arguments of a call at most: the memory to read it stays with the VM. */
const MAX_TEXT_BYTES: i32 = 2 << 20;

/** The arguments of the call that runs. */
export const tape = new RegoTape();

const parser = new RegoParser(tape, false);
const roots = new StaticArray<i32>(10);
const slice = new Slice();

/** Reads the arguments of a call onto the tape; an error where one is no value, or there is too much. */
export function readOperands(args: BuiltinArguments): BuiltinResult {
	let total: i64 = 0;
	for (let i = 0; i < args.count; i++) {
		args.at(i, slice);
		total += slice.size;
	}
	if (total > MAX_TEXT_BYTES || !tape.reset(<i32>total)) return unavailable("so large an argument is");
	for (let i = 0; i < args.count; i++) {
		args.at(i, slice);
		const node = parser.parse(slice.ptr, slice.size);
		if (parser.tooLarge) return unavailable("so large an argument is");
		if (node < 0 || parser.rest() != slice.ptr + slice.size) return unavailable("an argument that is no value is");
		roots[i] = node;
	}
	return BuiltinResult.Ok;
}

/** An argument's node. */
export function root(i: i32): i32 {
	return unchecked(roots[i]);
}

/** Whether an argument is a string; the fault is written where it isn't. `position` is what OPA calls it. */
export function stringOperand(i: i32, position: i32): bool {
	return operandOf(root(i), RegoKind.String, position);
}

/** Whether an argument is an array. */
export function arrayOperand(i: i32, position: i32): bool {
	return operandOf(root(i), RegoKind.Array, position);
}

/** Whether a node is of a kind. */
export function operandOf(node: i32, kind: RegoKind, position: i32): bool {
	const got = tape.at(node).kind;
	if (got == kind) return true;
	startOperandFault(position);
	fail("must be ");
	fail(kindName(kind));
	fail(" but got ");
	fail(kindName(got));
	return false;
}

/** Begins a fault as OPA does: operand 1 … */
export function startOperandFault(position: i32): void {
	fail("operand ");
	faultWords().byte(0x30 + position);
	fail(" ");
}

/** OPA's word for a kind. */
export function kindName(kind: RegoKind): string {
	switch (kind) {
		case RegoKind.Null:
			return "null";
		case RegoKind.False:
		case RegoKind.True:
			return "boolean";
		case RegoKind.Number:
			return "number";
		case RegoKind.String:
			return "string";
		case RegoKind.Array:
			return "array";
		case RegoKind.Object:
			return "object";
		default:
			return "set";
	}
}
