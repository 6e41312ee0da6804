import { Bytes } from "../../wire/bytes";
import { Digits, digitsOf } from "../../wire/float-digits";

/** Where %g without precision begins to write an exponent. */
const SHORTEST_EXPONENT: i32 = 6;
const SHORTEST: i32 = -1;

const E: u32 = 0x65;
const digits = new Digits();

/**
 * A finite double without its sign, as Go's strconv.FormatFloat writes it.
 *
 * @param format the letter: b e E f g G x X.
 * @param precision -1: as few digits as read back as the same double.
 */
export function writeFloat(out: Bytes, value: f64, format: u32, precision: i32): void {
	const magnitude = abs(value);
	const letter = format | 0x20;
	if (letter == 0x62) writeBinary(out, magnitude);
	else if (letter == 0x78) writeHexadecimal(out, magnitude, format, precision);
	else writeDecimal(out, magnitude, format, precision);
}

function writeDecimal(out: Bytes, magnitude: f64, format: u32, precision: i32): void {
	const shortest = precision < 0;
	digitsOf(digits, magnitude, shortest);
	const letter = format | 0x20;
	if (letter == E) {
		if (!shortest) digits.round(precision + 1);
		writeExponent(out, shortest ? max(digits.count - 1, 0) : precision, format);
	} else if (letter == 0x66) {
		if (!shortest) digits.round(digits.point + precision);
		writePlain(out, shortest ? max(digits.count - digits.point, 0) : precision);
	} else {
		const count = shortest ? digits.count : max(precision, 1);
		if (!shortest) digits.round(count);
		writeShorter(out, count, shortest, format);
	}
}

/** %g: with an exponent where that is large, without zeros at the end. */
function writeShorter(out: Bytes, precision: i32, shortest: bool, format: u32): void {
	let limit = precision > digits.count && digits.count >= digits.point ? digits.count : precision;
	if (shortest) limit = SHORTEST_EXPONENT;
	const exponent = digits.point - 1;
	if (exponent < -4 || exponent >= limit) {
		writeExponent(out, min(precision, digits.count) - 1, format - 2);
		return;
	}
	writePlain(out, max((precision > digits.point ? digits.count : precision) - digits.point, 0));
}

function writeExponent(out: Bytes, precision: i32, letter: u32): void {
	out.byte(0x30 + digits.at(0));
	if (precision > 0) out.byte(0x2e);
	for (let i = 1; i <= precision && !out.overflowed; i++) out.byte(0x30 + digits.at(i));
	out.byte(letter);
	writePower(out, digits.count == 0 ? 0 : digits.point - 1);
}

/** A sign and at least two digits. */
function writePower(out: Bytes, power: i32): void {
	const magnitude = abs(power);
	out.byte(power < 0 ? 0x2d : 0x2b);
	if (magnitude >= 1000) out.byte(0x30 + magnitude / 1000);
	if (magnitude >= 100) out.byte(0x30 + ((magnitude / 100) % 10));
	out.byte(0x30 + ((magnitude / 10) % 10));
	out.byte(0x30 + (magnitude % 10));
}

function writePlain(out: Bytes, precision: i32): void {
	for (let i = 0; i < digits.point; i++) out.byte(0x30 + digits.at(i));
	if (digits.point <= 0) out.byte(0x30);
	if (precision > 0) out.byte(0x2e);
	for (let i = 0; i < precision && !out.overflowed; i++) out.byte(0x30 + digits.at(digits.point + i));
}

/** %b: the mantissa and the power of two. */
function writeBinary(out: Bytes, magnitude: f64): void {
	const power = max(<i32>(reinterpret<u64>(magnitude) >> 52), 1) - 1075;
	writeUnsigned(out, mantissaOf(magnitude));
	out.byte(0x70);
	out.byte(power < 0 ? 0x2d : 0x2b);
	writeUnsigned(out, abs(power));
}

/** %x: hexadecimal digits and a power of two. */
function writeHexadecimal(out: Bytes, magnitude: f64, letter: u32, precision: i32): void {
	let power = magnitude == 0 ? 0 : max(<i32>(reinterpret<u64>(magnitude) >> 52), 1) - 1023;
	let mantissa = mantissaOf(magnitude) << 8;
	while (mantissa != 0 && (mantissa & ((<u64>1) << 60)) == 0) {
		mantissa <<= 1;
		power--;
	}
	if (precision >= 0 && precision < 15) {
		const shift: u64 = precision << 2;
		const cut = (mantissa << shift) & (((<u64>1) << 60) - 1);
		mantissa >>= 60 - shift;
		if ((cut | (mantissa & 1)) > (<u64>1) << 59) mantissa++;
		mantissa <<= 60 - shift;
		if ((mantissa & ((<u64>1) << 61)) != 0) {
			mantissa >>= 1;
			power++;
		}
	}
	out.byte(0x30);
	out.byte(letter);
	out.byte(0x30 + <u32>((mantissa >> 60) & 1));
	mantissa <<= 4;
	if (precision > 0 || (precision == SHORTEST && mantissa != 0)) out.byte(0x2e);
	for (let i = 0; (precision == SHORTEST ? mantissa != 0 : i < precision) && !out.overflowed; i++) {
		const digit = <u32>(mantissa >> 60);
		out.byte(digit < 10 ? 0x30 + digit : letter - 0x21 + digit);
		mantissa <<= 4;
	}
	out.byte(letter - 8);
	writePower(out, power);
}

function mantissaOf(magnitude: f64): u64 {
	const bits = reinterpret<u64>(magnitude);
	const fraction = bits & (((<u64>1) << 52) - 1);
	return bits >> 52 == 0 ? fraction : fraction | ((<u64>1) << 52);
}

function writeUnsigned(out: Bytes, value: u64): void {
	if (value >= 10) writeUnsigned(out, value / 10);
	out.byte(0x30 + <u32>(value % 10));
}
