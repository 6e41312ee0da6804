import { Bytes } from "../../wire/bytes";
import { FormatSpec, repeat } from "./format-spec";
import { validRune, writeQuotedRune } from "./go-quote";
import { isPrintable } from "./printable";

const SPACE: u32 = 0x20;
const ZERO: u32 = 0x30;

/** Sixty-four binary digits. */
const digits: usize = memory.data(64);
/** The text of one character, in quotes at most. */
const scratch = new Bytes(32, 64);

/** A whole number at a verb, as Go's fmt writes it; false where whole numbers don't have the verb. */
export function formatInteger(out: Bytes, spec: FormatSpec, value: i64, verb: u32): bool {
	switch (verb) {
		case 0x76: // v
		case 0x64: // d
			writeInteger(out, spec, value, 10, verb);
			return true;
		case 0x62: // b
			writeInteger(out, spec, value, 2, verb);
			return true;
		case 0x6f: // o
		case 0x4f: // O
			writeInteger(out, spec, value, 8, verb);
			return true;
		case 0x78: // x
		case 0x58: // X
			writeInteger(out, spec, value, 16, verb);
			return true;
		case 0x63: // c
			scratch.reset();
			scratch.codePoint(validRune(<u64>value));
			spec.pad(out, scratch.ptr, scratch.size);
			return true;
		case 0x71: // q
			scratch.reset();
			writeQuotedRune(scratch, <u64>value, spec.plus);
			spec.pad(out, scratch.ptr, scratch.size);
			return true;
		case 0x55: // U
			writeUnicode(out, spec, <u64>value);
			return true;
		default:
			return false;
	}
}

function writeInteger(out: Bytes, spec: FormatSpec, value: i64, base: u64, verb: u32): void {
	const negative = value < 0;
	if (spec.precision == 0 && value == 0) {
		repeat(out, SPACE, spec.width);
		return;
	}
	const sign: u32 = negative ? 0x2d : spec.plus ? 0x2b : spec.space ? SPACE : 0;
	const count = writeDigits(negative ? 0 - <u64>value : <u64>value, base, verb == 0x58);
	let least = spec.precision;
	if (least < 0 && spec.zero && !spec.minus) least = spec.width - (sign != 0 ? 1 : 0);
	const zeros = max(least - count, 0);
	const octal = spec.sharp && base == 8 && zeros == 0 && value != 0;
	const prefix: u32 = verb == 0x4f ? 0x6f : spec.sharp && base == 2 ? 0x62 : spec.sharp && base == 16 ? verb : 0;
	const size = count + zeros + (sign != 0 ? 1 : 0) + (prefix != 0 ? 2 : 0) + (octal ? 1 : 0);
	if (!spec.minus) repeat(out, SPACE, spec.width - size);
	if (sign != 0) out.byte(sign);
	if (prefix != 0) {
		out.byte(ZERO);
		out.byte(prefix);
	}
	if (octal) out.byte(ZERO);
	repeat(out, ZERO, zeros);
	out.raw(digits + 64 - count, count);
	if (spec.minus) repeat(out, SPACE, spec.width - size);
}

/** Puts the digits at the end of `digits` and returns how many. */
function writeDigits(magnitude: u64, base: u64, upperCase: bool): i32 {
	let count = 0;
	let rest = magnitude;
	do {
		count++;
		const digit = <u32>(rest % base);
		store<u8>(digits + 64 - count, digit < 10 ? ZERO + digit : (upperCase ? 0x37 : 0x57) + digit);
		rest /= base;
	} while (rest != 0);
	return count;
}

/** %U: U+0078, and with # the character besides. */
function writeUnicode(out: Bytes, spec: FormatSpec, value: u64): void {
	const count = writeDigits(value, 16, true);
	const zeros = max(max(spec.precision, 4) - count, 0);
	scratch.reset();
	if (spec.sharp && value <= 0x10ffff && isPrintable(<i32>value)) {
		scratch.text(" '");
		scratch.codePoint(<u32>value);
		scratch.byte(0x27);
	}
	const missing = spec.width - 2 - zeros - count - (scratch.size == 0 ? 0 : 4);
	if (!spec.minus) repeat(out, SPACE, missing);
	out.text("U+");
	repeat(out, ZERO, zeros);
	out.raw(digits + 64 - count, count);
	out.raw(scratch.ptr, scratch.size);
	if (spec.minus) repeat(out, SPACE, missing);
}
