import { HeaderPairs } from "../host/headers";
import { Slice } from "../wire/slice";
import { validPrefix, writeUtf8 } from "../wire/utf8";
import { lower, sameIgnoringCase } from "./ascii";
import { Value } from "./value";

const COMMA: u32 = 0x2c;
/** A key takes at most three times its bytes as valid UTF-8, and its lower-case copy once more. */
const KEY_GROWTH: i32 = 4;

/** The first header of this lower-case name from a place on, or -1. */
export function findHeader(pairs: HeaderPairs, name: Slice, from: i32): i32 {
	for (let i = from; i < pairs.count; i++) {
		if (sameIgnoringCase(name, pairs.namePtr(i), pairs.nameSize(i))) return i;
	}
	return -1;
}

/** Reads one header's text, repeated ones joined with a comma; false where there is none. */
export function readHeader(pairs: HeaderPairs, name: Slice, out: Value): bool {
	let first = findHeader(pairs, name, 0);
	if (first < 0) return false;
	let next = findHeader(pairs, name, first + 1);
	out.text.set(pairs.valuePtr(first), pairs.valueSize(first));
	if (next < 0) return true;
	let own = out.own;
	let start = own.size;
	own.raw(out.text.ptr, out.text.size);
	for (let i = next; i >= 0; i = findHeader(pairs, name, i + 1)) {
		own.byte(COMMA);
		own.raw(pairs.valuePtr(i), pairs.valueSize(i));
	}
	// Taken only now: the bytes may have moved while they grew.
	out.text.set(own.ptr + start, own.size - start);
	return true;
}

/** Reads one header's values as a list; false where there is none. */
export function readHeaderValues(pairs: HeaderPairs, name: Slice, out: Value): bool {
	for (let i = findHeader(pairs, name, 0); i >= 0; i = findHeader(pairs, name, i + 1)) {
		out.entries.add(0, 0, pairs.valuePtr(i), pairs.valueSize(i));
	}
	out.finishList();
	return out.count > 0;
}

/** Reads all headers as a map of lists. */
export function readHeaderLists(pairs: HeaderPairs, out: Value): void {
	addHeaders(pairs, out);
	out.finishListMap();
}

/** Reads all headers as a map, repeated ones joined with commas. */
export function readHeaderMap(pairs: HeaderPairs, out: Value): void {
	addHeaders(pairs, out);
	let entries = out.entries;
	entries.sort();
	let keys = 0;
	for (let i = 0; i < entries.count; i++) {
		let end = i + 1;
		while (end < entries.count && entries.sameKey(i, end)) end++;
		let valuePtr = entries.valuePtr(i);
		let valueSize = entries.valueSize(i);
		if (end > i + 1) {
			let start = out.own.size;
			join(out, i, end);
			valuePtr = out.own.ptr + start;
			valueSize = out.own.size - start;
		}
		entries.put(keys++, entries.keyPtr(i), entries.keySize(i), valuePtr, valueSize);
		i = end - 1;
	}
	out.count = keys;
}

function join(out: Value, from: i32, end: i32): void {
	let entries = out.entries;
	for (let i = from; i < end; i++) {
		if (i > from) out.own.byte(COMMA);
		out.own.raw(entries.valuePtr(i), entries.valueSize(i));
	}
}

function addHeaders(pairs: HeaderPairs, out: Value): void {
	let bound = 0;
	for (let i = 0; i < pairs.count; i++) bound += pairs.nameSize(i) * KEY_GROWTH + pairs.valueSize(i) + 1;
	out.own.reserve(bound);
	for (let i = 0; i < pairs.count; i++) addHeader(pairs, i, out);
}

function addHeader(pairs: HeaderPairs, index: i32, out: Value): void {
	let name = pairs.namePtr(index);
	let size = pairs.nameSize(index);
	if (!isLowerAscii(name, size)) {
		let own = out.own;
		let start = own.size;
		for (let i = 0; i < size; i++) own.byte(lower(load<u8>(name + i)));
		name = own.ptr + start;
		if (validPrefix(name, size) < size) {
			start = own.size;
			writeUtf8(own, name, size);
			name = own.ptr + start;
			size = own.size - start;
		}
	}
	out.entries.add(name, size, pairs.valuePtr(index), pairs.valueSize(index));
}

/** Whether a name can stay as it is; Envoy's names always can. */
function isLowerAscii(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (byte >= 0x80 || byte - 0x41 < 26) return false;
	}
	return true;
}
