import { Bytes } from "./bytes";
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

/** The character a one-letter escape stands for, or 0. */
function simpleEscape(letter: u32): u32 {
	switch (letter) {
		case 0x22:
		case 0x2f:
		case 0x5c:
			return letter;
		case 0x62:
			return 0x08;
		case 0x66:
			return 0x0c;
		case 0x6e:
			return 0x0a;
		case 0x72:
			return 0x0d;
		case 0x74:
			return 0x09;
		default:
			return 0;
	}
}

/** Four hexadecimal digits, or -1. */
function hex4(at: usize, end: usize): i32 {
	if (at + 4 > end) return -1;
	let value: i32 = 0;
	for (let i = 0; i < 4; i++) {
		const byte: i32 = load<u8>(at + i);
		const letter = byte | 0x20;
		if (byte >= 0x30 && byte <= 0x39) value = (value << 4) | (byte - 0x30);
		else if (letter >= 0x61 && letter <= 0x66) value = (value << 4) | (letter - 0x57);
		else return -1;
	}
	return value;
}
