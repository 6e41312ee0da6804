import { Bytes } from "../../wire/bytes";
import { hex4, simpleEscape } from "../../wire/json-escape";
import { sequence } from "../../wire/utf8";

/** One byte eight times: eight bytes are looked at together, and what is found shows in their top bits. */
const EACH: u64 = u64.MAX_VALUE / 255;
const TOP_BITS: u64 = EACH * 0x80;
const QUOTES: u64 = EACH * 0x22;
const BACKSLASHES: u64 = EACH * 0x5c;
const SPACES: u64 = EACH * 0x20;

/** The size of a string from the byte after its opening quote up to the closing one, or -1: malformed. */
export function stringSize(ptr: usize, end: usize): i32 {
	let at = ptr;
	while (at < end) {
		if (at + 8 <= end && isPlain(load<u64>(at))) {
			at += 8;
			continue;
		}
		const byte: u32 = load<u8>(at);
		if (byte == 0x22) return <i32>(at - ptr);
		if (byte < 0x20) return -1;
		const size = byte == 0x5c ? escapeSize(at, end) : 1;
		if (size < 0) return -1;
		at += size;
	}
	return -1;
}

/**
 * Appends a string that has escapes, or with `repair` bytes that are not UTF-8, without them: U+FFFD for each such byte
 * and for each lone surrogate, as Go reads JSON. False, and nothing appended, where it is as it is written.
 */
export function readString(out: Bytes, ptr: usize, size: i32, repair: bool): bool {
	const end = ptr + size;
	let copied = false;
	let from = ptr;
	let at = ptr;
	while (at < end) {
		if (at + 8 <= end && isSameAsWritten(load<u64>(at))) {
			at += 8;
			continue;
		}
		const byte: u32 = load<u8>(at);
		const length = byte == 0x5c ? 0 : repair ? sequence(at, end) : 1;
		if (length > 0) {
			at += length;
			continue;
		}
		copied = true;
		out.raw(from, <i32>(at - from));
		if (length < 0) {
			out.codePoint(0xfffd);
			at++;
		} else {
			at += writeEscaped(out, at, end);
		}
		from = at;
	}
	if (copied) out.raw(from, <i32>(end - from));
	return copied;
}

/** Whether none of eight bytes is a quote, a backslash or a control character. */
function isPlain(bytes: u64): bool {
	return ((hasZero(bytes ^ QUOTES) | hasZero(bytes ^ BACKSLASHES) | ((bytes - SPACES) & ~bytes)) & TOP_BITS) == 0;
}

/** Whether eight bytes are ASCII without a backslash. */
function isSameAsWritten(bytes: u64): bool {
	return ((hasZero(bytes ^ BACKSLASHES) | bytes) & TOP_BITS) == 0;
}

/** Some top bit is set where one of the bytes is 0, and none where none is. */
function hasZero(bytes: u64): u64 {
	return (bytes - EACH) & ~bytes;
}

/** Writes what one escape stands for and returns the size of the escape. */
function writeEscaped(out: Bytes, at: usize, end: usize): i32 {
	const letter: u32 = load<u8>(at, 1);
	if (letter != 0x75) {
		out.byte(simpleEscape(letter));
		return 2;
	}
	const unit = hex4(at + 2, end);
	const isPair = (unit & 0xfc00) == 0xd800 && at + 8 <= end && load<u16>(at, 6) == 0x755c;
	const low = isPair ? hex4(at + 8, end) : -1;
	if (low >= 0 && (low & 0xfc00) == 0xdc00) {
		out.codePoint(0x10000 + ((<u32>unit & 0x3ff) << 10) + (<u32>low & 0x3ff));
		return 12;
	}
	out.codePoint((unit & 0xf800) == 0xd800 ? 0xfffd : <u32>unit);
	return 6;
}

function escapeSize(at: usize, end: usize): i32 {
	if (at + 1 >= end) return -1;
	const letter: u32 = load<u8>(at, 1);
	if (letter != 0x75) return simpleEscape(letter) == 0 ? -1 : 2;
	return hex4(at + 2, end) < 0 ? -1 : 6;
}
