/*
 * The numbers that opa takes from JSON: below 2^100000 and above 2^-100001 (maxNumberExp of its v1/ast/term.go), by
 * their decimal exponent and first nine digits.
 */
const MOST_EXPONENT: i64 = 30102;
const MOST_DIGITS: i64 = 999002092;
const LEAST_EXPONENT: i64 = -30104;
const LEAST_DIGITS: i64 = 500499451;

/** Where an exponent is no longer counted: far beyond what is taken, however many digits stand before it. */
const ENDLESS: i64 = 1 << 40;
const KEPT_DIGITS: i32 = 9;

/** A number's text, from its first digit on: where it ended, and what was found. */
let end: usize = 0;

/** Whether JSON text has a number that opa refuses to read. What is no JSON may be answered either way. */
export function hasNumberOutOfRange(ptr: usize, size: i32): bool {
	const last = ptr + size;
	let at = ptr;
	while (at < last) {
		const byte: u32 = load<u8>(at);
		if (byte == 0x22) {
			at = behindString(at + 1, last);
		} else if (isDigit(byte)) {
			if (isOutOfRange(at, last)) return true;
			at = end;
		} else {
			at++;
		}
	}
	return false;
}

function behindString(start: usize, last: usize): usize {
	let at = start;
	while (at < last) {
		const byte: u32 = load<u8>(at);
		if (byte == 0x22) return at + 1;
		at += byte == 0x5c ? 2 : 1;
	}
	return last;
}

/** Only a number that is written with an exponent can be. */
function isOutOfRange(start: usize, last: usize): bool {
	let at = start;
	let digits: i64 = 0;
	let kept = 0;
	// Of the first digit that is not 0.
	let exponent: i64 = -1;
	let isFraction = false;
	while (at < last) {
		const byte: u32 = load<u8>(at);
		if (byte == 0x2e && !isFraction) {
			isFraction = true;
		} else if (isDigit(byte)) {
			const isLeading = kept == 0 && byte == 0x30;
			if (isFraction == isLeading) exponent += isFraction ? -1 : 1;
			if (!isLeading && kept < KEPT_DIGITS) {
				digits = digits * 10 + (byte - 0x30);
				kept++;
			}
		} else {
			break;
		}
		at++;
	}
	end = at;
	if (at == last || (load<u8>(at) | 0x20) != 0x65) return false;
	exponent += readExponent(at + 1, last);
	if (kept == 0) return false;
	for (; kept < KEPT_DIGITS; kept++) digits *= 10;
	if (exponent >= MOST_EXPONENT) return exponent > MOST_EXPONENT || digits > MOST_DIGITS;
	return exponent <= LEAST_EXPONENT && (exponent < LEAST_EXPONENT || digits < LEAST_DIGITS);
}

function readExponent(start: usize, last: usize): i64 {
	let at = start;
	const isNegative = at < last && load<u8>(at) == 0x2d;
	if (at < last && (isNegative || load<u8>(at) == 0x2b)) at++;
	let value: i64 = 0;
	for (; at < last && isDigit(load<u8>(at)); at++) {
		if (value < ENDLESS) value = value * 10 + (load<u8>(at) - 0x30);
	}
	end = at;
	return isNegative ? -value : value;
}

function isDigit(byte: u32): bool {
	return byte - 0x30 < 10;
}
