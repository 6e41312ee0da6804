import type { CivilTime } from "./civil-time.ts";
import { layoutParts, MONTHS, WEEKDAYS } from "./go-layout.ts";
import type { ZonePeriod } from "./time-zones.ts";

/** What is to be written: a clock's face, its zone and the nanoseconds of the second. */
export interface ShownTime {
	readonly civil: CivilTime;
	readonly zone: ZonePeriod;
	readonly nanosecond: number;
}

/** A time in a layout of Go's package time. */
export function formatTime(time: ShownTime, layout: string): string {
	return layoutParts(layout)
		.map(({ text, element }) => text + elementText(time, element))
		.join("");
}

function elementText({ civil, zone, nanosecond }: ShownTime, element: string): string {
	const date = dateText(civil, element) ?? clockText(civil, element);
	if (date !== undefined) return date;
	if (element === "MST") return zone.abbreviation;
	if (/^[-Z]/.test(element)) return offsetText(zone.offset, element);
	return /^[.,]/.test(element) ? fractionText(nanosecond, element) : "";
}

function dateText({ year, month, day, yearDay, weekday }: CivilTime, element: string): string | undefined {
	const monthName = MONTHS[month - 1] ?? "";
	const dayName = WEEKDAYS[weekday] ?? "";
	switch (element) {
		case "2006":
			return padded(year, 4);
		case "06":
			return padded(Math.abs(year) % 100, 2);
		case "January":
			return monthName;
		case "Jan":
			return monthName.slice(0, 3);
		case "1":
			return String(month);
		case "01":
			return padded(month, 2);
		case "Monday":
			return dayName;
		case "Mon":
			return dayName.slice(0, 3);
		case "2":
			return String(day);
		case "_2":
			return String(day).padStart(2);
		case "02":
			return padded(day, 2);
		case "__2":
			return String(yearDay).padStart(3);
		case "002":
			return padded(yearDay, 3);
		default:
			return undefined;
	}
}

function clockText({ hour, minute, second }: CivilTime, element: string): string | undefined {
	const half = hour >= 12 ? "PM" : "AM";
	switch (element) {
		case "15":
			return padded(hour, 2);
		case "3":
			return String(hour % 12 || 12);
		case "03":
			return padded(hour % 12 || 12, 2);
		case "4":
			return String(minute);
		case "04":
			return padded(minute, 2);
		case "5":
			return String(second);
		case "05":
			return padded(second, 2);
		case "PM":
			return half;
		case "pm":
			return half.toLowerCase();
		default:
			return undefined;
	}
}

function offsetText(offset: number, element: string): string {
	if (offset === 0 && element.startsWith("Z")) return "Z";
	const size = Math.abs(offset);
	const minutes = Math.floor(size / 60);
	const colon = element.includes(":") ? ":" : "";
	// Less than a minute west of UTC has no sign in Go.
	const sign = offset <= -60 ? "-" : "+";
	const parts = [padded(Math.floor(minutes / 60), 2)];
	if (element.length > 3) parts.push(padded(minutes % 60, 2));
	if (/00:?00$/.test(element)) parts.push(padded(size % 60, 2));
	return sign + parts.join(colon);
}

/** Zeros are all shown; of nines only what is not zero at the end. */
function fractionText(nanosecond: number, element: string): string {
	const digits = padded(nanosecond, 9).slice(0, element.length - 1);
	if (element.charAt(1) === "0") return element.charAt(0) + digits;
	const short = digits.replace(/0+$/, "");
	return short === "" ? "" : element.charAt(0) + short;
}

function padded(value: number, width: number): string {
	return (value < 0 ? "-" : "") + String(Math.abs(value)).padStart(width, "0");
}
