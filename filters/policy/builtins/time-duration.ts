import { Bytes } from "../../wire/bytes";
import { readDouble } from "../../wire/json-number";
import { writeJsonInt } from "../../wire/json-writer";
import { DurationFault, DurationText } from "./duration-text";
import { fail, faultWords, unavailable } from "./fault";
import { writeFloat } from "./float-text";
import { writeQuoted, writeTimeQuoted } from "./go-quote";
import { root, stringOperand, tape } from "./operands";
import { BuiltinResult } from "./result";

/** Days, weeks and years that one duration is made of. */
const MAX_LONG_UNITS: i32 = 64;

const text = new DurationText();
/** The duration with hours in the place of longer units. */
const inHours = new Bytes(64, 1 << 20);
let longUnits: i32 = 0;

/** time.parse_duration_ns(duration): Go's time.ParseDuration, and the units d, w and y. */
export function timeParseDuration(out: Bytes): BuiltinResult {
	if (!stringOperand(0, 1)) return BuiltinResult.Error;
	const value = tape.at(root(0));
	let fault: DurationFault;
	const long = hasLongUnit(value.ptr, value.size);
	if (long) {
		if (!rewrite(value.ptr, value.size)) return refuse(DurationFault.Invalid, value.ptr, value.size, true);
		if (longUnits > MAX_LONG_UNITS || inHours.overflowed) return unavailable("a duration of so many parts is");
		fault = text.read(inHours.ptr, inHours.size);
	} else {
		fault = text.read(value.ptr, value.size);
	}
	if (fault != DurationFault.None) return refuse(fault, value.ptr, value.size, long);
	writeJsonInt(out, text.ns);
	return BuiltinResult.Ok;
}

function hasLongUnit(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		if (hoursOf(load<u8>(ptr + i)) != 0) return true;
	}
	return false;
}

/** A sign, then numbers with a unit each; units longer than hours are written as hours. */
function rewrite(ptr: usize, size: i32): bool {
	const end = ptr + size;
	let at = ptr;
	inHours.reset();
	longUnits = 0;
	if (load<u8>(at) == 0x2d || load<u8>(at) == 0x2b) inHours.byte(load<u8>(at++));
	if (at == end) return false;
	while (at < end && longUnits <= MAX_LONG_UNITS) {
		const digits = at;
		let points = 0;
		while (at < end && (load<u8>(at) == 0x2e || <u32>load<u8>(at) - 0x30 < 10)) {
			if (load<u8>(at++) == 0x2e) points++;
		}
		const size = <i32>(at - digits);
		const unit = unitSize(at, end);
		if (size == 0 || unit == 0) return false;
		const hours = unit == 1 ? hoursOf(load<u8>(at)) : 0;
		if (hours == 0) inHours.raw(digits, size + unit);
		else if (points > 1 || points == size || !writeHours(digits, size, hours)) return false;
		at += unit;
	}
	return true;
}

/** False where the number is too large for a double. */
function writeHours(digits: usize, size: i32, hours: f64): bool {
	longUnits++;
	const value = readDouble(digits, size);
	if (value == Infinity) return false;
	const product = value * hours;
	// Go writes the words +Inf, which are no duration.
	if (product == Infinity) return false;
	writeFloat(inHours, product, 0x66, -1);
	inHours.byte(0x68);
	return true;
}

/** ms, us, µs or ns, or any one letter. */
function unitSize(at: usize, end: usize): i32 {
	if (at >= end) return 0;
	const first: u32 = load<u8>(at);
	if (at + 1 < end && load<u8>(at, 1) == 0x73 && (first == 0x6d || first == 0x75 || first == 0x6e)) return 2;
	if (at + 2 < end && load<u16>(at) == 0xb5c2 && load<u8>(at, 2) == 0x73) return 3;
	return first - 0x61 < 26 ? 1 : 0;
}

function hoursOf(unit: u32): f64 {
	return unit == 0x64 ? 24 : unit == 0x77 ? 7 * 24 : unit == 0x79 ? 365 * 24 : 0;
}

function refuse(fault: DurationFault, ptr: usize, size: i32, long: bool): BuiltinResult {
	fail("time: ");
	if (fault == DurationFault.Invalid) {
		fail("invalid duration ");
	} else if (fault == DurationFault.MissingUnit) {
		fail("missing unit in duration ");
	} else {
		fail("unknown unit ");
		writeTimeQuoted(faultWords(), text.unitStart, text.unitSize);
		fail(" in duration ");
	}
	if (long || size == 0) writeQuoted(faultWords(), ptr, size, false);
	else writeTimeQuoted(faultWords(), ptr, size);
	return BuiltinResult.Error;
}
