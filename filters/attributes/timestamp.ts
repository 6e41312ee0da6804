import { Bytes } from "../wire/bytes";

const SECOND: i64 = 1000000000;
const DAY_SECONDS: i64 = 86400;

/** Appends nanoseconds since 1970 as RFC 3339 in UTC with as many decimals as it takes, as Go's RFC3339Nano. */
export function writeTimestamp(out: Bytes, ns: i64): void {
	let fraction = ns % SECOND;
	if (fraction < 0) fraction += SECOND;
	writeDateTime(out, (ns - fraction) / SECOND);
	if (fraction != 0) {
		let size = 9;
		while (fraction % 10 == 0) {
			fraction /= 10;
			size--;
		}
		out.byte(0x2e);
		writePadded(out, fraction, size);
	}
	out.byte(0x5a);
}

/** Appends seconds since 1970 as date and time without a zone, such as 2026-01-02T03:04:05. */
export function writeDateTime(out: Bytes, seconds: i64): void {
	let inDay = seconds % DAY_SECONDS;
	if (inDay < 0) inDay += DAY_SECONDS;
	writeDate(out, (seconds - inDay) / DAY_SECONDS);
	out.byte(0x54);
	writePadded(out, inDay / 3600, 2);
	out.byte(0x3a);
	writePadded(out, (inDay / 60) % 60, 2);
	out.byte(0x3a);
	writePadded(out, inDay % 60, 2);
}

/** Days since 1970 as a date: Howard Hinnant's civil_from_days, whose years begin in March. */
function writeDate(out: Bytes, days: i64): void {
	let shifted = days + 719468;
	let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	let dayOfEra = shifted - era * 146097;
	let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
	let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
	let shiftedMonth = (5 * dayOfYear + 2) / 153;
	let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
	writePadded(out, yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
	out.byte(0x2d);
	writePadded(out, month, 2);
	out.byte(0x2d);
	writePadded(out, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2);
}

/** A number that is not negative, in this many digits. */
export function writePadded(out: Bytes, value: i64, size: i32): void {
	let scale: i64 = 1;
	for (let i = 1; i < size; i++) scale *= 10;
	for (; scale > 0; scale /= 10) out.byte(0x30 + <u32>((value / scale) % 10));
}
