import { Bytes } from "./bytes";
import { hex4, simpleEscape } from "./json-escape";
import { sequence } from "./utf8";

/** What `scanJsonString` answers where the string is malformed. */
export const BAD_STRING: i32 = -1;

/**
 * Checks a string from the byte after its opening quote: well-formed UTF-8, no control characters, known escapes,
 * surrogates in pairs. Returns the size up to the closing quote, or BAD_STRING.
 */
export function scanJsonString(ptr: usize, end: usize): i32 {
	let at = ptr;
	while (at < end) {
		const byte: u32 = load<u8>(at);
		if (byte == 0x22) return <i32>(at - ptr);
		const size = byte < 0x20 ? -1 : byte == 0x5c ? escapeSize(at, end) : sequence(at, end);
		if (size < 0) return BAD_STRING;
		at += size;
	}
	return BAD_STRING;
}

/** Appends the value of a string that `scanJsonString` found good, given without its quotes. */
export function unescapeJson(out: Bytes, ptr: usize, size: i32): void {
	const end = ptr + size;
	let from = ptr;
	let at = ptr;
	while (at < end) {
		if (load<u8>(at) != 0x5c) {
			at++;
			continue;
		}
		out.raw(from, <i32>(at - from));
		at += writeUnescaped(out, at, end);
		from = at;
	}
	out.raw(from, <i32>(end - from));
}

/** Writes what one escape stands for and returns the size of the escape. */
function writeUnescaped(out: Bytes, at: usize, end: usize): i32 {
	const letter: u32 = load<u8>(at, 1);
	if (letter != 0x75) {
		out.byte(simpleEscape(letter));
		return 2;
	}
	const unit = hex4(at + 2, end);
	if ((unit & 0xfc00) != 0xd800) {
		out.codePoint(<u32>unit);
		return 6;
	}
	const low = hex4(at + 8, end);
	out.codePoint(0x10000 + ((<u32>unit & 0x3ff) << 10) + (<u32>low & 0x3ff));
	return 12;
}

/** The size of the escape at a backslash, or -1 where it is none. */
function escapeSize(at: usize, end: usize): i32 {
	if (at + 1 >= end) return -1;
	const letter: u32 = load<u8>(at, 1);
	if (letter != 0x75) return simpleEscape(letter) == 0 ? -1 : 2;
	const unit = hex4(at + 2, end);
	if (unit < 0 || (unit & 0xfc00) == 0xdc00) return -1;
	if ((unit & 0xfc00) != 0xd800) return 6;
	if (at + 7 >= end || load<u8>(at, 6) != 0x5c || load<u8>(at, 7) != 0x75) return -1;
	return (hex4(at + 8, end) & ~0x3ff) == 0xdc00 ? 12 : -1;
}
