import { Slice } from "../wire/slice";
import { findByte } from "./ascii";
import { escapesAreValid, PLUS, writeDecoded } from "./percent";
import { Value } from "./value";

const SLASH: u32 = 0x2f;
const QUESTION: u32 = 0x3f;
const SEMICOLON: u32 = 0x3b;
const DOT: u8 = 0x2e;

/** Cuts `:path` at its first question mark: what comes before it. */
export function pathOnly(path: Slice, out: Slice): void {
	let end = path.ptr + path.size;
	out.set(path.ptr, <i32>(findByte(path.ptr, end, QUESTION) - path.ptr));
}

/** What comes after the first question mark; empty where there is none. */
export function queryOnly(path: Slice, out: Slice): void {
	let end = path.ptr + path.size;
	let mark = findByte(path.ptr, end, QUESTION);
	out.set(mark + 1, mark < end ? <i32>(end - mark - 1) : 0);
}

/**
 * request.path_segments: each segment without its ;parameters and decoded once; then empty ones and single dots are
 * dropped and each `..` takes the segment before it away. A slash that decoding brings to light doesn't split.
 *
 * Empty segments go before dots are resolved, as in servlet containers, the ones that drop ;parameters: behind a
 * normalizing proxy only such a server can still read `/x/;a/..;/admin` as /admin.
 *
 * @param path without its query.
 */
export function readSegments(path: Slice, out: Value): void {
	out.own.reserve(path.size);
	let end = path.ptr + path.size;
	let start = path.ptr;
	while (start < end) {
		let next = findByte(start, end, SLASH);
		addSegment(start, findByte(start, next, SEMICOLON), out);
		start = next + 1;
	}
	out.finishList();
}

function addSegment(start: usize, end: usize, out: Value): void {
	let own = out.own;
	let at = own.size;
	writeDecoded(own, start, <i32>(end - start), PLUS);
	let ptr = own.ptr + at;
	let size = own.size - at;
	if (size == 0 || (size == 1 && load<u8>(ptr) == DOT)) return;
	if (size == 2 && load<u8>(ptr) == DOT && load<u8>(ptr, 1) == DOT) {
		if (out.entries.count > 0) out.entries.count--;
	} else {
		out.entries.add(0, 0, ptr, size);
	}
}

/**
 * parsed_path, as OPA's Envoy plugin makes it: leading slashes dropped, decoded, split at slashes, also at those that
 * decoding brought to light; one empty string for the root. A broken percent-escape is refused, as there.
 *
 * @param path without its query.
 */
export function readParsedPath(path: Slice, out: Value): void {
	let own = out.own;
	own.reserve(path.size);
	out.refused = !escapesAreValid(path.ptr, path.size);
	writeDecoded(own, path.ptr, path.size, PLUS);
	let start = own.ptr;
	let end = start + own.size;
	while (start < end && <u32>load<u8>(start) == SLASH) start++;
	while (true) {
		let next = findByte(start, end, SLASH);
		out.entries.add(0, 0, start, <i32>(next - start));
		if (next >= end) break;
		start = next + 1;
	}
	out.finishList();
}
