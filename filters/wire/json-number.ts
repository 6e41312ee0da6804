import { addDigit, decimalToDouble, resetDecimal } from "./decimal";

/** The size of the number (RFC 8259, section 6) at the start of a range, or 0 where there is none. */
export function scanJsonNumber(ptr: usize, end: usize): i32 {
	let at = ptr;
	if (at < end && load<u8>(at) == 0x2d) at++;
	const whole = countDigits(at, end);
	if (whole == 0 || (whole > 1 && load<u8>(at) == 0x30)) return 0;
	at += whole;
	if (at < end && load<u8>(at) == 0x2e) {
		const fraction = countDigits(at + 1, end);
		if (fraction == 0) return 0;
		at += 1 + fraction;
	}
	if (at < end && (load<u8>(at) | 0x20) == 0x65) {
		at++;
		if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
		const exponent = countDigits(at, end);
		if (exponent == 0) return 0;
		at += exponent;
	}
	return <i32>(at - ptr);
}

/** Whether a JSON number has neither fraction nor exponent and fits 64 bits. */
export function isInteger(ptr: usize, size: i32): bool {
	const negative = load<u8>(ptr) == 0x2d;
	const sign = negative ? 1 : 0;
	if (countDigits(ptr + sign, ptr + size) != size - sign || size - sign > 19) return false;
	// Nineteen digits always fit 64 bits without a sign.
	return digits(ptr + sign, size - sign) <= <u64>i64.MAX_VALUE + (negative ? 1 : 0);
}

/** The value of a number that `isInteger`. */
export function readInteger(ptr: usize, size: i32): i64 {
	const negative = load<u8>(ptr) == 0x2d;
	const sign = negative ? 1 : 0;
	const value = digits(ptr + sign, size - sign);
	return negative ? <i64>(0 - value) : <i64>value;
}

/** How many digits a JSON number has when it is written out without its exponent. */
export function writtenDigits(ptr: usize, size: i32): i32 {
	const end = ptr + size;
	let at = ptr + (load<u8>(ptr) == 0x2d ? 1 : 0);
	const whole = countDigits(at, end);
	at += whole;
	let digits = whole;
	if (at < end && load<u8>(at) == 0x2e) {
		const fraction = countDigits(at + 1, end);
		digits += fraction;
		at += 1 + fraction;
	}
	if (at == end) return digits;
	// Where the point would be, counted from the first digit.
	const point = whole + readExponent(at + 1, end);
	return point > digits ? point : point > 0 ? digits : digits + 1 - point;
}

/** The nearest double of a JSON number; infinite past the largest. */
export function readDouble(ptr: usize, size: i32): f64 {
	const negative = load<u8>(ptr) == 0x2d;
	const end = ptr + size;
	let at = ptr + (negative ? 1 : 0);
	resetDecimal();
	let fraction = false;
	for (; at < end && (load<u8>(at) | 0x20) != 0x65; at++) {
		const byte: u32 = load<u8>(at);
		if (byte == 0x2e) fraction = true;
		else addDigit(byte - 0x30, fraction);
	}
	const value = decimalToDouble(at < end ? readExponent(at + 1, end) : 0);
	return negative ? -value : value;
}

/** A larger exponent makes the number infinite or nothing: no text has digits enough to make up for it. */
const MAX_EXPONENT: i32 = 100_000_000;

function readExponent(ptr: usize, end: usize): i32 {
	const sign: u32 = load<u8>(ptr);
	let value = 0;
	for (let at = ptr + (sign == 0x2b || sign == 0x2d ? 1 : 0); at < end; at++) {
		value = min(value * 10 + (<i32>load<u8>(at) - 0x30), MAX_EXPONENT);
	}
	return sign == 0x2d ? -value : value;
}

function countDigits(ptr: usize, end: usize): i32 {
	let at = ptr;
	while (at < end && <u32>load<u8>(at) - 0x30 < 10) at++;
	return at > ptr ? <i32>(at - ptr) : 0;
}

function digits(ptr: usize, size: i32): u64 {
	let value: u64 = 0;
	for (let i = 0; i < size; i++) value = value * 10 + (load<u8>(ptr + i) - 0x30);
	return value;
}
