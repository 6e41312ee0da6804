import { Digits, digitsOf } from "../policy/builtins/float-digits";
import { Bytes } from "../wire/bytes";
import { writeJsonInt } from "../wire/json-writer";

/** Where ECMAScript begins to write an exponent (ECMA-262, Number::toString). */
const MAX_POINT: i32 = 21;
const MIN_POINT: i32 = -6;

/** Whole numbers below have no more digits than are needed. */
const MAX_SHORT: f64 = 1e15;

const ZERO: u32 = 0x30;
const DOT: u32 = 0x2e;
const MINUS: u32 = 0x2d;
const PLUS: u32 = 0x2b;
const E: u32 = 0x65;

const digits = new Digits();

/** A finite double as JSON.stringify writes it: the fewest digits that read back as the same number, -0 as 0. */
export function writeKeyNumber(out: Bytes, value: f64): void {
	if (abs(value) < MAX_SHORT && trunc(value) == value) return writeJsonInt(out, <i64>value);
	if (value < 0) out.byte(MINUS);
	digitsOf(digits, abs(value), true);
	let count = digits.count;
	let point = digits.point;
	if (point > MAX_POINT || point <= MIN_POINT) return writeExponent(out, count, point - 1);
	if (point <= 0) {
		out.byte(ZERO);
		out.byte(DOT);
		for (let i = point; i < 0; i++) out.byte(ZERO);
	}
	for (let i = 0; i < max(count, point); i++) {
		if (i == point && i > 0) out.byte(DOT);
		out.byte(ZERO + digits.at(i));
	}
}

function writeExponent(out: Bytes, count: i32, power: i32): void {
	out.byte(ZERO + digits.at(0));
	if (count > 1) out.byte(DOT);
	for (let i = 1; i < count; i++) out.byte(ZERO + digits.at(i));
	out.byte(E);
	out.byte(power < 0 ? MINUS : PLUS);
	let magnitude = abs(power);
	if (magnitude >= 100) out.byte(ZERO + magnitude / 100);
	if (magnitude >= 10) out.byte(ZERO + ((magnitude / 10) % 10));
	out.byte(ZERO + (magnitude % 10));
}
