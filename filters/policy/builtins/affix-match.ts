import { Bytes } from "../../wire/bytes";
import { fail, unavailable } from "./fault";
import { kindName, root, startOperandFault, tape } from "./operands";
import { compareBytes, sortEntries } from "./rego-order";
import { RegoKind, RegoTape } from "./rego-tape";
import { BuiltinResult } from "./result";
import { writeResultBoolean } from "./result-text";

/** The strings searched, sorted so that those with a common beginning (or end) are next to each other. */
const entries = new Bytes(256, 1 << 21);

/** strings.any_prefix_match(search, base). */
export function anyPrefixMatch(out: Bytes): BuiltinResult {
	return anyMatch(out, false);
}

/** strings.any_suffix_match(search, base). */
export function anySuffixMatch(out: Bytes): BuiltinResult {
	return anyMatch(out, true);
}

function anyMatch(out: Bytes, backwards: bool): BuiltinResult {
	const search = root(0);
	const base = root(1);
	if (!isStrings(search, 1) || !isStrings(base, 2)) return BuiltinResult.Error;
	const count = countOf(search);
	entries.reset();
	if (!entries.reserve(count << 3)) return unavailable("so many strings are");
	for (let i = 0; i < count; i++) store<u64>(entries.ptr + ((<usize>i) << 3), stringAt(search, i));
	const order = backwards ? compareBackwards : compareForwards;
	if (!sortEntries(tape, entries.ptr, count, order)) return unavailable("so many strings are");
	const bases = countOf(base);
	for (let i = 0; i < bases; i++) {
		if (isAffix(stringAt(base, i), count, backwards)) return writeResultBoolean(out, true);
	}
	return writeResultBoolean(out, false);
}

/** Whether one of the sorted strings has this one as its beginning or end: only the first not before it can. */
function isAffix(affix: i32, count: i32, backwards: bool): bool {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		const node = load<i32>(entries.ptr + ((<usize>middle) << 3));
		const order = backwards ? compareBackwards(tape, node, affix) : compareForwards(tape, node, affix);
		if (order < 0) low = middle + 1;
		else high = middle;
	}
	if (low == count) return false;
	const found = tape.at(load<i32>(entries.ptr + ((<usize>low) << 3)));
	const end = tape.at(affix);
	if (end.size > found.size) return false;
	const from = backwards ? found.ptr + (found.size - end.size) : found.ptr;
	return memory.compare(from, end.ptr, end.size) == 0;
}

function compareForwards(values: RegoTape, a: i32, b: i32): i32 {
	const left = values.at(a);
	const right = values.at(b);
	return compareBytes(left.ptr, left.size, right.ptr, right.size);
}

/** Orders by the last bytes first. */
function compareBackwards(values: RegoTape, a: i32, b: i32): i32 {
	const left = values.at(a);
	const right = values.at(b);
	const common = min(left.size, right.size);
	for (let i = 1; i <= common; i++) {
		const order = <i32>load<u8>(left.ptr + left.size - i) - <i32>load<u8>(right.ptr + right.size - i);
		if (order != 0) return order;
	}
	return left.size - right.size;
}

/** A string counts as a list of itself. */
function countOf(operand: i32): i32 {
	const node = tape.at(operand);
	return node.kind == RegoKind.String ? 1 : node.count;
}

function stringAt(operand: i32, i: i32): i32 {
	return tape.at(operand).kind == RegoKind.String ? operand : tape.child(operand, i);
}

function isStrings(operand: i32, position: i32): bool {
	const node = tape.at(operand);
	if (node.kind == RegoKind.String) return true;
	if (node.kind != RegoKind.Array && node.kind != RegoKind.Set) {
		startOperandFault(position);
		fail("must be one of {string, set, array} but got ");
		fail(kindName(node.kind));
		return false;
	}
	for (let i = 0; i < node.count; i++) {
		const kind = tape.at(tape.child(operand, i)).kind;
		if (kind != RegoKind.String) return refuseElement(node.kind, kind, position);
	}
	return true;
}

function refuseElement(container: RegoKind, got: RegoKind, position: i32): bool {
	startOperandFault(position);
	fail("must be ");
	fail(kindName(container));
	fail(" of strings but got ");
	fail(kindName(container));
	fail(" containing ");
	fail(kindName(got));
	return false;
}
