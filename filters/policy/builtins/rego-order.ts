import { Bytes } from "../../wire/bytes";
import { compareNumbers } from "./rego-number";
import { RegoKind, RegoTape } from "./rego-tape";

/** OPA's order of values: by type, then by value; strings by their bytes. Objects and sets are sorted already. */
export function compareValues(tape: RegoTape, a: i32, b: i32): i32 {
	if (a == b) return 0;
	const left = tape.at(a);
	const right = tape.at(b);
	if (left.kind != right.kind) return left.kind - right.kind;
	if (left.kind < RegoKind.Number) return 0;
	if (left.kind == RegoKind.Number) return compareNumbers(left.ptr, left.size, right.ptr, right.size);
	if (left.kind == RegoKind.String) return compareBytes(left.ptr, left.size, right.ptr, right.size);
	const perMember = left.kind == RegoKind.Object ? 2 : 1;
	const common = min(left.count, right.count) * perMember;
	for (let i = 0; i < common; i++) {
		const order = compareValues(tape, tape.child(a, i), tape.child(b, i));
		if (order != 0) return order;
	}
	return left.count - right.count;
}

/** Orders byte by byte, the shorter one first. */
export function compareBytes(a: usize, aSize: i32, b: usize, bSize: i32): i32 {
	const order = memory.compare(a, b, min(aSize, bSize));
	return order != 0 ? order : aSize - bSize;
}

/** How two entries of a list are ordered. */
export type EntryOrder = (tape: RegoTape, a: i32, b: i32) => i32;

/** Room to merge into: the most members a tape can have. */
const merged = new Bytes(512, 1 << 21);

/**
 * Sorts entries of eight bytes, whose lower half is a node, by merging: the cost is bounded whatever they are. False:
 * too many.
 */
export function sortEntries(tape: RegoTape, entries: usize, count: i32, order: EntryOrder): bool {
	if (isSorted(tape, entries, count, order)) return true;
	merged.reset();
	if (!merged.reserve(count << 3)) return false;
	for (let width = 1; width < count; width *= 2) {
		for (let start = 0; start < count; start += width * 2) {
			merge(tape, entries, start, min(start + width, count), min(start + width * 2, count), order);
		}
		memory.copy(entries, merged.ptr, (<usize>count) << 3);
	}
	return true;
}

function isSorted(tape: RegoTape, entries: usize, count: i32, order: EntryOrder): bool {
	for (let i = 1; i < count; i++) {
		if (order(tape, nodeAt(entries, i - 1), nodeAt(entries, i)) > 0) return false;
	}
	return true;
}

function merge(tape: RegoTape, entries: usize, start: i32, middle: i32, end: i32, order: EntryOrder): void {
	let left = start;
	let right = middle;
	for (let i = start; i < end; i++) {
		const fromLeft = right == end || (left < middle && order(tape, nodeAt(entries, left), nodeAt(entries, right)) <= 0);
		const from = fromLeft ? left++ : right++;
		store<u64>(merged.ptr + ((<usize>i) << 3), load<u64>(entries + ((<usize>from) << 3)));
	}
}

function nodeAt(entries: usize, i: i32): i32 {
	return load<i32>(entries + ((<usize>i) << 3));
}
