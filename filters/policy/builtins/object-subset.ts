import { Bytes } from "../../wire/bytes";
import { fail, unavailable } from "./fault";
import { root, tape } from "./operands";
import { takeDoubt } from "./rego-number";
import { compareValues } from "./rego-order";
import { RegoKind } from "./rego-tape";
import { BuiltinResult } from "./result";
import { writeResultBoolean } from "./result-text";

/** For each element of the array looked for, how long a beginning of the array its end repeats. */
const borders = new Bytes(256, 1 << 21);

/** object.subset(super, sub). */
export function objectSubset(out: Bytes): BuiltinResult {
	const all = root(0);
	const part = root(1);
	const allKind = tape.at(all).kind;
	const partKind = tape.at(part).kind;
	const ofArray = allKind == RegoKind.Array && partKind == RegoKind.Set;
	if (!ofArray && (allKind != partKind || allKind < RegoKind.Array)) {
		return fail("both arguments object.subset must be of the same type or array and set");
	}
	takeDoubt();
	const answer = ofArray ? holdsSet(all, part) : holds(all, part);
	if (takeDoubt()) return unavailable("comparing fractions of more than 15 digits is");
	if (borders.overflowed) return unavailable("so large an array is");
	return writeResultBoolean(out, answer);
}

function holds(all: i32, part: i32): bool {
	const kind = tape.at(all).kind;
	if (kind != tape.at(part).kind) return false;
	if (kind == RegoKind.Object) return holdsMembers(all, part);
	if (kind == RegoKind.Set) return holdsElements(all, part);
	if (kind == RegoKind.Array) return holdsRun(all, part);
	return compareValues(tape, all, part) == 0;
}

function holdsMembers(all: i32, part: i32): bool {
	const count = tape.at(part).count;
	for (let i = 0; i < count; i++) {
		const at = find(all, tape.child(part, i << 1), 1);
		if (at < 0 || !holds(tape.child(all, (at << 1) + 1), tape.child(part, (i << 1) + 1))) return false;
	}
	return true;
}

function holdsElements(all: i32, part: i32): bool {
	const count = tape.at(part).count;
	for (let i = 0; i < count; i++) {
		if (find(all, tape.child(part, i), 0) < 0) return false;
	}
	return true;
}

/** Where a sorted container has a key or an element, or -1. */
function find(container: i32, node: i32, shift: i32): i32 {
	let low = 0;
	let high = tape.at(container).count;
	while (low < high) {
		const middle = (low + high) >> 1;
		const order = compareValues(tape, tape.child(container, middle << shift), node);
		if (order == 0) return middle;
		if (order < 0) low = middle + 1;
		else high = middle;
	}
	return -1;
}

/** Whether each element of a set is one of an array's. */
function holdsSet(array: i32, part: i32): bool {
	const elements = tape.at(array).count;
	// OPA asks after each element whether all were seen: after none it never does.
	if (elements == 0) return false;
	let left = tape.at(part).count;
	// An element that comes twice counts twice, as in OPA.
	for (let i = 0; i < elements && left > 0; i++) {
		if (find(part, tape.child(array, i), 0) >= 0) left--;
	}
	return left == 0;
}

/** Whether an array has another one's elements next to each other and in order (Knuth, Morris and Pratt). */
function holdsRun(all: i32, part: i32): bool {
	const count = tape.at(part).count;
	const elements = tape.at(all).count;
	if (count == 0) return true;
	if (count > elements) return false;
	borders.reset();
	if (!borders.reserve(count << 2)) return false;
	store<i32>(borders.ptr, 0);
	for (let i = 1, matched = 0; i < count; i++) {
		matched = extend(part, matched, tape.child(part, i));
		store<i32>(borders.ptr + ((<usize>i) << 2), matched);
	}
	for (let i = 0, matched = 0; i < elements; i++) {
		matched = extend(part, matched, tape.child(all, i));
		if (matched == count) return true;
	}
	return false;
}

/** How much of the array's beginning matches, one element further. */
function extend(part: i32, before: i32, element: i32): i32 {
	let matched = before;
	while (true) {
		if (compareValues(tape, tape.child(part, matched), element) == 0) return matched + 1;
		if (matched == 0) return 0;
		matched = load<i32>(borders.ptr + ((<usize>(matched - 1)) << 2));
	}
}
