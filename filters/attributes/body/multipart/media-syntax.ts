import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";

/* The tokens and quoted strings of a media type's parameters (RFC 2045), as Go reads them. */

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/** Takes a token, which may be empty, and answers the place behind it. */
export function consumeToken(at: usize, end: usize, out: Slice): usize {
	let to = at;
	while (to < end && isTokenByte(load<u8>(to))) to++;
	out.set(at, <i32>(to - at));
	return to;
}

/** Appends a token or what a quoted string holds, and answers the place behind it; `at` where there is none. */
export function consumeValue(at: usize, end: usize, out: Bytes): usize {
	if (at >= end) return at;
	if (<u32>load<u8>(at) == QUOTE) return consumeQuoted(at, end, out);
	let to = at;
	while (to < end && isTokenByte(load<u8>(to))) out.byte(load<u8>(to++));
	return to;
}

/**
 * A backslash before a letter or digit is one of a Windows path, which an old browser sent as it was; before one of the
 * separators it escapes that.
 */
function consumeQuoted(start: usize, end: usize, out: Bytes): usize {
	let before = out.size;
	for (let at = start + 1; at < end; at++) {
		let byte: u32 = load<u8>(at);
		if (byte == QUOTE) return at + 1;
		if (byte == 0x0d || byte == 0x0a) break;
		if (byte == BACKSLASH && at + 1 < end && isSeparator(load<u8>(at, 1))) byte = load<u8>(++at);
		out.byte(byte);
	}
	out.size = before;
	return start;
}

/** RFC 2045: any printable ASCII but a space and the separators. */
export function isTokenByte(byte: u32): bool {
	return byte > 0x20 && byte < 0x7f && !isSeparator(byte);
}

/** RFC 9110: a letter, a digit or one of some signs; tokens of a media type but for braces. */
export function isFieldNameByte(byte: u32): bool {
	return isTokenByte(byte) && byte != 0x7b && byte != 0x7d;
}

/** tspecials of RFC 2045. */
function isSeparator(byte: u32): bool {
	switch (byte) {
		case 0x28: // (
		case 0x29: // )
		case 0x3c: // <
		case 0x3e: // >
		case 0x40: // @
		case 0x2c: // ,
		case 0x3b: // ;
		case 0x3a: // :
		case 0x5c: // \
		case 0x22: // "
		case 0x2f: // /
		case 0x5b: // [
		case 0x5d: // ]
		case 0x3f: // ?
		case 0x3d: // =
			return true;
		default:
			return false;
	}
}
