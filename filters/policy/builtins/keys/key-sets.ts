import { sameBytes } from "../../../wire/same-bytes";
import { KeySet } from "./key-set";
import { readKeys } from "./key-text";

/** Sets of keys kept: one for each issuer that a policy knows. With the longest texts they take 2 MiB of a VM. */
const MAX_SETS: i32 = 16;

const sets: Array<KeySet> = [];
let nextId: u32 = 1;
let uses: u64 = 0;

/**
 * The keys in a text, read or, where they were read before from the same bytes, kept; null: a fault. What is kept is never
 * another text's, whatever became of it since.
 */
export function keySetOf(ptr: usize, size: i32): KeySet | null {
	uses++;
	const kept = findSet(ptr, size);
	if (kept !== null) {
		kept.lastUse = uses;
		return kept;
	}
	const set = takeSet();
	set.reset();
	if (!readKeys(set, ptr, size)) {
		set.reset();
		return null;
	}
	set.text.raw(ptr, size);
	set.id = nextId++;
	set.lastUse = uses;
	return set;
}

function findSet(ptr: usize, size: i32): KeySet | null {
	for (let i = 0; i < sets.length; i++) {
		const set = unchecked(sets[i]);
		if (set.id != 0 && set.text.size == size && sameBytes(set.text.ptr, ptr, size)) return set;
	}
	return null;
}

/** A set that is empty, a new one, or the one whose last use is longest ago. */
function takeSet(): KeySet {
	let oldest: KeySet | null = null;
	for (let i = 0; i < sets.length; i++) {
		const set = unchecked(sets[i]);
		if (set.id == 0) return set;
		if (oldest === null || set.lastUse < oldest.lastUse) oldest = set;
	}
	if (oldest !== null && sets.length == MAX_SETS) return oldest;
	const set = new KeySet();
	sets.push(set);
	return set;
}
