import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { findByte } from "./ascii";
import { SPACE, writeDecoded } from "./percent";
import { Redaction } from "./redaction";

/** What stands in a record in place of a value that is kept out. */
export const REDACTED: Slice = Slice.of("[redacted]");

const QUESTION: u32 = 0x3f;
const HASH: u32 = 0x23;
const AMPERSAND: u32 = 0x26;
const SEMICOLON: u32 = 0x3b;
const EQUALS: u32 = 0x3d;
/** Four times the longest text that a proxy takes in its headers. */
const MAX_BYTES: i32 = 33554432;

const name: Bytes = new Bytes(64, MAX_BYTES);

/** Whether a text has a place where writeRedactedUrl would look for parameters. */
export function mayHoldQuery(text: Slice): bool {
	return queryStart(text) < text.ptr + text.size;
}

/**
 * Appends a text with the values of redacted query parameters replaced, wherever a question mark or a hash begins
 * something like a query: paths, and headers that hold a URL. Semicolons separate as well, as some servers have it:
 * rather one value too many is kept out of a record than one too few.
 */
export function writeRedactedUrl(out: Bytes, text: Slice, redaction: Redaction): void {
	let end = text.ptr + text.size;
	let start = queryStart(text);
	out.raw(text.ptr, <i32>(start - text.ptr));
	if (start < end) writeParameters(out, start, end, redaction);
}

/** The same for a query without its question mark. */
export function writeRedactedQuery(out: Bytes, query: Slice, redaction: Redaction): void {
	writeParameters(out, query.ptr, query.ptr + query.size, redaction);
}

function writeParameters(out: Bytes, from: usize, end: usize, redaction: Redaction): void {
	let start = from;
	while (start < end) {
		if (isSeparator(load<u8>(start))) {
			out.byte(load<u8>(start++));
			continue;
		}
		let next = start;
		while (next < end && !isSeparator(load<u8>(next))) next++;
		let equals = findByte(start, next, EQUALS);
		name.reset();
		writeDecoded(name, start, <i32>(equals - start), SPACE);
		if (equals < next && redaction.hidesParameter(name.ptr, name.size)) {
			out.raw(start, <i32>(equals + 1 - start));
			out.raw(REDACTED.ptr, REDACTED.size);
		} else {
			out.raw(start, <i32>(next - start));
		}
		start = next;
	}
}

function queryStart(text: Slice): usize {
	let end = text.ptr + text.size;
	return min(findByte(text.ptr, end, QUESTION), findByte(text.ptr, end, HASH));
}

function isSeparator(byte: u32): bool {
	return byte == QUESTION || byte == HASH || byte == AMPERSAND || byte == SEMICOLON;
}
