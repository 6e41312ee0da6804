/*
 * The nearest double of a decimal number of any length, by shifting its digits: the algorithm of Go's
 * strconv/decimal.go (and simdjson's slow path), exact and without tables. The number is 0.d1d2d3… times 10^point.
 */

/** A double's value depends on 767 digits at most; what comes after them only as "more than nothing". */
const MAX_DIGITS: i32 = 800;
/** Multiplying by two this often adds at most 19 digits, and a digit times it fits 64 bits. */
const MAX_SHIFT: i32 = 60;
const SHIFT_DIGITS: i32 = 20;
/** How often a number with so many digits before (after) the point can be halved (doubled) at once. */
const SHIFTS = memory.data<u8>([0, 3, 6, 9, 13, 16, 19, 23, 26]);
const SHIFTS_COUNT: i32 = 9;
const BIG_SHIFT: i32 = 27;

/** Of a double: the exponent's bias, its largest field, the bits of its fraction. */
const BIAS: i32 = -1023;
const INFINITE: i32 = 2047;
const FRACTION_BITS: i32 = 52;

const digits: usize = memory.data(800);
const wider: usize = memory.data(820);
let count: i32 = 0;
let point: i32 = 0;
/** Digits other than 0 were left out after the last one. */
let truncated: bool = false;

/** Starts a number. */
export function resetDecimal(): void {
	count = 0;
	point = 0;
	truncated = false;
}

/** Appends a digit, before the point or after it. */
export function addDigit(digit: u32, afterPoint: bool): void {
	if (count == 0 && digit == 0) {
		if (afterPoint) point--;
		return;
	}
	if (!afterPoint) point++;
	if (count < MAX_DIGITS) store<u8>(digits + count++, digit);
	else if (digit != 0) truncated = true;
}

/** The double nearest to the number times 10^exponent; ties go to the even one. */
export function decimalToDouble(exponent: i32): f64 {
	trim();
	point += exponent;
	if (count == 0 || point < -330) return 0;
	if (point > 310) return Infinity;
	let binary = normalize() - 1;
	if (binary < BIAS + 1) {
		const denormal = BIAS + 1 - binary;
		shift(-denormal);
		binary += denormal;
	}
	if (binary - BIAS >= INFINITE) return Infinity;
	shift(1 + FRACTION_BITS);
	let mantissa = roundedInteger();
	if (mantissa == (<u64>2) << FRACTION_BITS) {
		mantissa >>= 1;
		binary++;
		if (binary - BIAS >= INFINITE) return Infinity;
	}
	const hidden: u64 = (<u64>1) << FRACTION_BITS;
	if ((mantissa & hidden) == 0) binary = BIAS;
	return reinterpret<f64>((mantissa & (hidden - 1)) | ((<u64>(binary - BIAS)) << FRACTION_BITS));
}

/** Shifts until the number is at least 1/2 and less than 1; returns the power of two that was taken out. */
function normalize(): i32 {
	let binary = 0;
	while (point > 0) {
		const n = shiftFor(point);
		shift(-n);
		binary += n;
	}
	while (point < 0 || (point == 0 && load<u8>(digits) < 5)) {
		const n = point == 0 ? 1 : shiftFor(-point);
		shift(n);
		binary -= n;
	}
	return binary;
}

function shiftFor(places: i32): i32 {
	return places >= SHIFTS_COUNT ? BIG_SHIFT : <i32>load<u8>(SHIFTS + places);
}

/** Times 2^by. */
function shift(by: i32): void {
	if (count == 0) return;
	let left = by;
	while (left > 0) {
		const n = min(left, MAX_SHIFT);
		multiply(n);
		left -= n;
	}
	while (left < 0) {
		const n = min(-left, MAX_SHIFT);
		divide(n);
		left += n;
	}
}

function multiply(by: i32): void {
	let at = MAX_DIGITS + SHIFT_DIGITS;
	let carry: u64 = 0;
	for (let i = count - 1; i >= 0; i--) {
		carry += (<u64>load<u8>(digits + i)) << by;
		store<u8>(wider + --at, <u32>(carry % 10));
		carry /= 10;
	}
	for (; carry > 0; carry /= 10) store<u8>(wider + --at, <u32>(carry % 10));
	const widened = MAX_DIGITS + SHIFT_DIGITS - at;
	point += widened - count;
	count = min(widened, MAX_DIGITS);
	memory.copy(digits, wider + at, count);
	for (let i = count; i < widened; i++) {
		if (load<u8>(wider + at + i) != 0) truncated = true;
	}
	trim();
}

function divide(by: i32): void {
	let read = 0;
	let rest: u64 = 0;
	// Enough digits for the first of the quotient; past the last one there are zeros.
	for (; rest >> by == 0; read++) rest = rest * 10 + (read < count ? <u64>load<u8>(digits + read) : 0);
	point -= read - 1;
	const mask: u64 = ((<u64>1) << by) - 1;
	let write = 0;
	for (; read < count || rest > 0; read++) {
		const digit = <u32>(rest >> by);
		rest = (rest & mask) * 10 + (read < count ? <u64>load<u8>(digits + read) : 0);
		if (write < MAX_DIGITS) store<u8>(digits + write++, digit);
		else if (digit != 0) truncated = true;
	}
	count = write;
	trim();
}

/** Leaves out zeros at the end. */
function trim(): void {
	while (count > 0 && load<u8>(digits + count - 1) == 0) count--;
	if (count == 0) point = 0;
}

function roundedInteger(): u64 {
	let value: u64 = 0;
	for (let i = 0; i < point; i++) value = value * 10 + (i < count ? <u64>load<u8>(digits + i) : 0);
	return roundsUp() ? value + 1 : value;
}

function roundsUp(): bool {
	if (point < 0 || point >= count) return false;
	const digit = load<u8>(digits + point);
	if (digit != 5 || point + 1 != count || truncated) return digit >= 5;
	return point > 0 && (load<u8>(digits + point - 1) & 1) != 0;
}
