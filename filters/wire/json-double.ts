import { Bytes } from "./bytes";
import { Digits, digitsOf, digitsOfSingle } from "./float-digits";
import { writeJsonInt } from "./json-writer";

/** Where an exponent begins: as JSON.stringify and Go's encoding/json have it. */
const PLAIN_DIGITS: i32 = 21;
const LEADING_ZEROS: i32 = 6;

const digits: Digits = new Digits();

/** As JSON.stringify: the fewest digits that read back as the same double; null for what JSON has no number for. */
export function writeJsonDouble(out: Bytes, value: f64): void {
	if (!(abs(value) <= f64.MAX_VALUE)) {
		out.text("null");
		return;
	}
	// Whole numbers take the short way; it also writes -0 as 0, as JSON.stringify does.
	if (abs(value) < 1e15 && trunc(value) == value) {
		writeJsonInt(out, <i64>value);
		return;
	}
	digitsOf(digits, abs(value), true);
	writeDigits(out, value < 0);
}

/** The fewest digits that read back as the same single, which is finite and not 0. */
export function writeJsonSingle(out: Bytes, value: f32): void {
	digitsOfSingle(digits, abs(value));
	writeDigits(out, value < 0);
}

function writeDigits(out: Bytes, negative: bool): void {
	if (negative) out.byte(0x2d);
	let point = digits.point;
	if (point > PLAIN_DIGITS || point <= -LEADING_ZEROS) {
		writeRange(out, 0, 1);
		if (digits.count > 1) out.byte(0x2e);
		writeRange(out, 1, digits.count);
		out.byte(0x65);
		if (point > 0) out.byte(0x2b);
		writeJsonInt(out, point - 1);
		return;
	}
	if (point <= 0) out.byte(0x30);
	writeRange(out, 0, max(point, 0));
	if (digits.count > point) out.byte(0x2e);
	for (let zeros = point; zeros < 0; zeros++) out.byte(0x30);
	writeRange(out, max(point, 0), digits.count);
}

/** The digits from one place up to another; zeros behind the last. */
function writeRange(out: Bytes, from: i32, to: i32): void {
	for (let i = from; i < to; i++) out.byte(0x30 + digits.at(i));
}
