import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { CivilTime, daysIn, daysOf, floorDivide, nanoseconds, SECONDS_OF_DAY, timeInRange } from "./civil-time";
import { fail, unavailable } from "./fault";
import { dayName } from "./names-of-days";
import { BuiltinResult } from "./result";
import { integerOperand, operandNs, timeOperand } from "./time-operand";
import { readInt64Value } from "./whole-number";

/** Years, months or days that may be added: with more Go's own arithmetic begins to overflow. */
const MAX_ADDED: i64 = 1_000_000_000;

const civil = new CivilTime();
const later = new CivilTime();

/** time.date: [year, month, day]. */
export function timeDate(out: Bytes): BuiltinResult {
	if (!timeOperand(0)) return BuiltinResult.Error;
	civil.set(operandNs());
	out.byte(0x5b);
	writeJsonInt(out, civil.year);
	writeNext(out, civil.month);
	writeNext(out, civil.day);
	out.byte(0x5d);
	return BuiltinResult.Ok;
}

/** time.clock: [hour, minute, second]. */
export function timeClock(out: Bytes): BuiltinResult {
	if (!timeOperand(0)) return BuiltinResult.Error;
	civil.set(operandNs());
	out.byte(0x5b);
	writeJsonInt(out, civil.hour);
	writeNext(out, civil.minute);
	writeNext(out, civil.second);
	out.byte(0x5d);
	return BuiltinResult.Ok;
}

/** time.weekday: its English name. */
export function timeWeekday(out: Bytes): BuiltinResult {
	if (!timeOperand(0)) return BuiltinResult.Error;
	civil.set(operandNs());
	out.byte(0x22);
	out.text(dayName(civil.weekday));
	out.byte(0x22);
	return BuiltinResult.Ok;
}

/** time.add_date(ns, years, months, days); a day outside of its month counts on into the next. */
export function timeAddDate(out: Bytes): BuiltinResult {
	if (!timeOperand(0) || !integerOperand(1, 2)) return BuiltinResult.Error;
	civil.set(operandNs());
	const years = readInt64Value();
	if (!integerOperand(2, 3)) return BuiltinResult.Error;
	const months = readInt64Value();
	if (!integerOperand(3, 4)) return BuiltinResult.Error;
	const days = readInt64Value();
	if (isFar(years) || isFar(months) || isFar(days)) return unavailable("adding so much to a date is");
	const month = <i64>civil.month - 1 + months;
	const year = civil.year + years + floorDivide(month, 12);
	const date = daysOf(year, <i32>(month - floorDivide(month, 12) * 12) + 1, <i64>civil.day + days);
	const seconds = date * SECONDS_OF_DAY + civil.hour * 3600 + civil.minute * 60 + civil.second;
	if (!timeInRange(seconds, civil.nanosecond)) return fail("time outside of valid range");
	writeJsonInt(out, nanoseconds(seconds, civil.nanosecond));
	return BuiltinResult.Ok;
}

/** time.diff: years, months, days, hours, minutes and seconds between two times. */
export function timeDiff(out: Bytes): BuiltinResult {
	if (!timeOperand(0)) return BuiltinResult.Error;
	const first = operandNs();
	if (!timeOperand(1)) return BuiltinResult.Error;
	const second = operandNs();
	civil.set(min(first, second));
	later.set(max(first, second));
	let seconds = later.second - civil.second;
	let minutes = later.minute - civil.minute;
	let hours = later.hour - civil.hour;
	let days = later.day - civil.day;
	let months = later.month - civil.month;
	let years = later.year - civil.year;
	if (seconds < 0) {
		seconds += 60;
		minutes--;
	}
	if (minutes < 0) {
		minutes += 60;
		hours--;
	}
	if (hours < 0) {
		hours += 24;
		days--;
	}
	if (days < 0) {
		days += daysIn(civil.year, civil.month);
		months--;
	}
	if (months < 0) {
		months += 12;
		years--;
	}
	out.byte(0x5b);
	writeJsonInt(out, years);
	writeNext(out, months);
	writeNext(out, days);
	writeNext(out, hours);
	writeNext(out, minutes);
	writeNext(out, seconds);
	out.byte(0x5d);
	return BuiltinResult.Ok;
}

function writeNext(out: Bytes, value: i32): void {
	out.byte(0x2c);
	writeJsonInt(out, value);
}

function isFar(value: i64): bool {
	return value > MAX_ADDED || value < -MAX_ADDED;
}
