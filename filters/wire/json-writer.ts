import { Bytes } from "./bytes";
import { sequence } from "./utf8";

/** Twenty digits are the longest a 64-bit number takes. */
const digits: usize = memory.data(64);

/** A JSON string as JSON.stringify writes it, from bytes: what is not UTF-8 becomes U+FFFD (see writeUtf8). */
export function writeJsonString(out: Bytes, ptr: usize, size: i32): void {
	out.byte(0x22);
	const end = ptr + size;
	let from = ptr;
	let at = ptr;
	while (at < end) {
		const byte: u32 = load<u8>(at);
		if (byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5c) {
			at++;
			continue;
		}
		const length = sequence(at, end);
		if (length > 1) {
			at += length;
			continue;
		}
		out.raw(from, <i32>(at - from));
		if (length < 0) out.codePoint(0xfffd);
		else writeEscape(out, byte);
		at += abs<i32>(length);
		from = at;
	}
	out.raw(from, <i32>(end - from));
	out.byte(0x22);
}

/** Decimal digits. */
export function writeJsonInt(out: Bytes, value: i64): void {
	let rest: u64 = value < 0 ? 0 - <u64>value : <u64>value;
	if (value < 0) out.byte(0x2d);
	let start = digits + 64;
	do {
		start--;
		store<u8>(start, 0x30 + <u32>(rest % 10));
		rest /= 10;
	} while (rest != 0);
	out.raw(start, <i32>(digits + 64 - start));
}

function writeEscape(out: Bytes, byte: u32): void {
	out.byte(0x5c);
	const letter = escapeLetter(byte);
	out.byte(letter);
	if (letter != 0x75) return;
	out.byte(0x30);
	out.byte(0x30);
	out.byte(hexDigit(byte >> 4));
	out.byte(hexDigit(byte & 15));
}

/** What follows the backslash: u for the characters without an escape of their own. */
function escapeLetter(byte: u32): u32 {
	switch (byte) {
		case 0x22:
		case 0x5c:
			return byte;
		case 0x08:
			return 0x62;
		case 0x09:
			return 0x74;
		case 0x0a:
			return 0x6e;
		case 0x0c:
			return 0x66;
		case 0x0d:
			return 0x72;
		default:
			return 0x75;
	}
}

function hexDigit(value: u32): u32 {
	return value < 10 ? 0x30 + value : 0x57 + value;
}
