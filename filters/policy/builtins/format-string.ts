import { Bytes } from "../../wire/bytes";
import { FormatSpec } from "./format-spec";
import { canBackquote, writeQuoted } from "./go-quote";
import { sizeOfRunes } from "./go-rune";

/** What a verb writes before it is padded. */
const scratch = new Bytes(256, 1 << 20);

/** Text at a verb, as Go's fmt writes it; false where strings don't have the verb. */
export function formatString(out: Bytes, spec: FormatSpec, ptr: usize, size: i32, verb: u32): bool {
	const cut = spec.precision < 0 ? size : sizeOfRunes(ptr, size, spec.precision);
	switch (verb) {
		case 0x76: // v
			if (spec.sharpV) writeQuote(out, spec, ptr, cut);
			else spec.pad(out, ptr, cut);
			return true;
		case 0x73: // s
			spec.pad(out, ptr, cut);
			return true;
		case 0x71: // q
			writeQuote(out, spec, ptr, cut);
			return true;
		case 0x78: // x
		case 0x58: // X
			writeHex(out, spec, ptr, spec.precision < 0 ? size : min(size, spec.precision), verb);
			return true;
		default:
			return false;
	}
}

function writeQuote(out: Bytes, spec: FormatSpec, ptr: usize, size: i32): void {
	scratch.reset();
	if (spec.sharp && canBackquote(ptr, size)) {
		scratch.byte(0x60);
		scratch.raw(ptr, size);
		scratch.byte(0x60);
	} else {
		writeQuoted(scratch, ptr, size, spec.plus);
	}
	// More than fits here doesn't fit the result either.
	if (scratch.overflowed) out.reserve(i32.MAX_VALUE);
	else spec.pad(out, scratch.ptr, scratch.size);
}

/** The bytes in hexadecimal; the verb's case is that of the digits. */
function writeHex(out: Bytes, spec: FormatSpec, ptr: usize, size: i32, verb: u32): void {
	if (size == 0) {
		spec.fill(out, spec.width);
		return;
	}
	const perByte: i64 = spec.space ? (spec.sharp ? 5 : 3) : 2;
	const width = <i64>size * perByte + (spec.space ? -1 : spec.sharp ? 2 : 0);
	const missing = <i32>max<i64>(<i64>spec.width - width, 0);
	if (!spec.minus) spec.fill(out, missing);
	for (let i = 0; i < size && !out.overflowed; i++) {
		if (spec.space && i > 0) out.byte(0x20);
		if (spec.sharp && (spec.space || i == 0)) {
			out.byte(0x30);
			out.byte(verb);
		}
		const byte: u32 = load<u8>(ptr + i);
		out.byte(hexDigit(byte >> 4, verb));
		out.byte(hexDigit(byte & 15, verb));
	}
	if (spec.minus) spec.fill(out, missing);
}

function hexDigit(value: u32, verb: u32): u32 {
	return value < 10 ? 0x30 + value : verb - 0x21 + value;
}
