import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { fail, faultWords } from "./fault";

const PADDING: u32 = 0x3d;

/**
 * Appends what base64url text stands for, read as OPA's base64url.decode does: padding may be missing, line breaks are
 * skipped, bits left over at the end aren't looked at. False, and OPA's words in the fault, where it is malformed.
 */
export function decodeBase64Url(out: Bytes, ptr: usize, size: i32): bool {
	const padded = size > 0 && load<u8>(ptr + size - 1) == PADDING;
	if (!padded && (size & 3) == 1) {
		fail("illegal base64url string: ");
		faultWords().raw(ptr, size);
		return false;
	}
	// OPA appends what is missing by the size of the text, line breaks included.
	return decode(out, ptr, size, padded ? size : (size + 3) & ~3, false);
}

/** Appends what base64 with padding stands for, as PEM has it. False, and words in the fault, where it is malformed. */
export function decodePadded(out: Bytes, ptr: usize, size: i32): bool {
	return decode(out, ptr, size, size, true);
}

/**
 * Appends what base64 of any kind stands for, as JWKs are read: the alphabet by whether there is a plus or a slash,
 * padding or none by the end. There must be no line breaks. False, and words in the fault, where it is malformed.
 */
export function decodeAnyBase64(out: Bytes, ptr: usize, size: i32): bool {
	let standard = false;
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte == 0x2b || byte == 0x2f) standard = true;
	}
	const padded = size > 0 && load<u8>(ptr + size - 1) == PADDING;
	return decode(out, ptr, size, padded ? size : (size + 3) & ~3, standard);
}

/** @param total the size with the padding that is taken to be there. */
function decode(out: Bytes, ptr: usize, size: i32, total: i32, standard: bool): bool {
	let at = 0;
	while (true) {
		const next = decodeQuantum(out, ptr, size, total, at, standard);
		if (next == DONE) return true;
		if (next < 0) return false;
		at = next;
	}
}

const DONE: i32 = -1;
const FAULT: i32 = -2;

/** Four characters from a place on: the place after them, DONE or FAULT. */
function decodeQuantum(out: Bytes, ptr: usize, size: i32, total: i32, start: i32, standard: bool): i32 {
	let bits: u32 = 0;
	let at = start;
	for (let j = 0; j < 4; ) {
		if (at == total) return j == 0 ? DONE : refuse(at - j);
		const byte = byteAt(ptr, size, at++);
		if (byte == 0x0a || byte == 0x0d) continue;
		if (byte == PADDING) return endQuantum(out, ptr, size, total, at, j, bits);
		const value = sextet(byte, standard);
		if (value > 63) return refuse(at - 1);
		bits = (bits << 6) | value;
		j++;
	}
	out.byte(bits >> 16);
	out.byte(bits >> 8);
	out.byte(bits);
	return at;
}

/** After a padding character with `j` characters before it: the rest has to be padding too. */
function endQuantum(out: Bytes, ptr: usize, size: i32, total: i32, start: i32, j: i32, bits: u32): i32 {
	if (j < 2) return refuse(start - 1);
	let at = skipBreaks(ptr, size, total, start);
	if (j == 2) {
		if (at == total) return refuse(total);
		if (byteAt(ptr, size, at) != PADDING) return refuse(at - 1);
		at = skipBreaks(ptr, size, total, at + 1);
	}
	if (at < total) return refuse(at);
	out.byte(j == 2 ? bits >> 4 : bits >> 10);
	if (j == 3) out.byte(bits >> 2);
	return DONE;
}

function skipBreaks(ptr: usize, size: i32, total: i32, start: i32): i32 {
	let at = start;
	while (at < total && (byteAt(ptr, size, at) == 0x0a || byteAt(ptr, size, at) == 0x0d)) at++;
	return at;
}

/** The text's byte, or the padding that was missing. */
function byteAt(ptr: usize, size: i32, at: i32): u32 {
	return at < size ? load<u8>(ptr + at) : PADDING;
}

function sextet(byte: u32, standard: bool): u32 {
	if (byte - 0x41 < 26) return byte - 0x41;
	if (byte - 0x61 < 26) return byte - 0x61 + 26;
	if (byte - 0x30 < 10) return byte - 0x30 + 52;
	if (standard) return byte == 0x2b ? 62 : byte == 0x2f ? 63 : 64;
	return byte == 0x2d ? 62 : byte == 0x5f ? 63 : 64;
}

function refuse(at: i32): i32 {
	fail("illegal base64 data at input byte ");
	writeJsonInt(faultWords(), at);
	return FAULT;
}
