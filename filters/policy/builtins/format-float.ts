import { Bytes } from "../../wire/bytes";
import { writeFloat } from "./float-text";
import { FormatSpec } from "./format-spec";

/** The number's text with its sign, and the same with the digits that the flag # asks for. */
const plain = new Bytes(64, 1 << 20);
const sharp = new Bytes(64, 1 << 20);

/** A fraction at a verb, as Go's fmt writes it; false where fractions don't have the verb. */
export function formatFloat(out: Bytes, spec: FormatSpec, value: f64, verb: u32): bool {
	switch (verb) {
		case 0x76: // v
			writeNumber(out, spec, value, 0x67, -1);
			return true;
		case 0x62: // b
		case 0x67: // g
		case 0x47: // G
		case 0x78: // x
		case 0x58: // X
			writeNumber(out, spec, value, verb, -1);
			return true;
		case 0x66: // f
		case 0x65: // e
		case 0x45: // E
			writeNumber(out, spec, value, verb, 6);
			return true;
		case 0x46: // F
			writeNumber(out, spec, value, 0x66, 6);
			return true;
		default:
			return false;
	}
}

function writeNumber(out: Bytes, spec: FormatSpec, value: f64, format: u32, usual: i32): void {
	const precision = spec.precision >= 0 ? spec.precision : usual;
	const negative = reinterpret<u64>(value) >> 63 != 0;
	plain.reset();
	plain.byte(negative ? 0x2d : spec.space && !spec.plus ? 0x20 : 0x2b);
	writeFloat(plain, value, format, precision);
	if (spec.sharp && format != 0x62) addDigits(format, precision);
	// More than fits here doesn't fit the result either.
	if (plain.overflowed) {
		out.reserve(i32.MAX_VALUE);
		return;
	}
	const signed = spec.plus || load<u8>(plain.ptr) != 0x2b;
	if (!signed) {
		spec.pad(out, plain.ptr + 1, plain.size - 1);
	} else if (spec.zero && !spec.minus && spec.width > plain.size) {
		out.byte(load<u8>(plain.ptr));
		spec.fill(out, spec.width - plain.size);
		out.raw(plain.ptr + 1, plain.size - 1);
	} else {
		spec.pad(out, plain.ptr, plain.size);
	}
}

/** With the flag # there is always a point, and %g keeps the zeros at the end. */
function addDigits(format: u32, precision: i32): void {
	const hexadecimal = (format | 0x20) == 0x78;
	const counts = format == 0x67 || format == 0x47 || format == 0x78;
	let missing = counts ? (precision == -1 ? 6 : precision) : 0;
	let point = false;
	let nonzero = false;
	let end = plain.size;
	for (let i = 1; i < end; i++) {
		const byte: u32 = load<u8>(plain.ptr + i);
		const letter = byte | 0x20;
		if (byte == 0x2e) {
			point = true;
		} else if (letter == 0x70 || (letter == 0x65 && !hexadecimal)) {
			end = i;
		} else {
			if (byte != 0x30) nonzero = true;
			if (nonzero) missing--;
		}
	}
	sharp.reset();
	sharp.raw(plain.ptr, end);
	if (!point) {
		if (end == 2 && load<u8>(plain.ptr, 1) == 0x30) missing--;
		sharp.byte(0x2e);
	}
	for (; missing > 0 && !sharp.overflowed; missing--) sharp.byte(0x30);
	sharp.raw(plain.ptr + end, plain.size - end);
	const size = sharp.size;
	if (sharp.overflowed) plain.reserve(i32.MAX_VALUE);
	plain.size = 0;
	plain.raw(sharp.ptr, size);
}
