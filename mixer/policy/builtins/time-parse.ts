import { daysIn, daysOf, SECONDS_OF_DAY } from "./civil-time.ts";
import { layoutParts } from "./go-layout.ts";
import { readElement } from "./time-elements.ts";
import { NO_OFFSET, type ParsedParts, TimeReader } from "./time-reader.ts";

/**
 * A time by a layout of Go's package time, where the local zone is UTC: seconds since 1970 and nanoseconds.
 *
 * @throws Error in Go's words.
 */
export function parseTime(layout: string, value: string): { seconds: number; nanosecond: number } {
	const reader = new TimeReader(value);
	const parts = layoutParts(layout);
	for (const [i, { text, element }] of parts.entries()) {
		if (!reader.skip(text)) throw mismatch(layout, value, reader.rest, text);
		if (element === "") break;
		const before = reader.rest;
		const isThere = readElement(element, parts[i + 1]?.element ?? "", reader);
		if (reader.outOfRange !== "") throw new Error(`${parsing(value)}: ${reader.outOfRange} out of range`);
		if (!isThere) throw mismatch(layout, value, before, element);
	}
	if (reader.rest !== "") throw new Error(`${parsing(value)}: extra text: ${quoted(reader.rest)}`);
	return assemble(reader.parts, value);
}

function assemble(parts: ParsedParts, value: string): { seconds: number; nanosecond: number } {
	const { year, minute, second, nanosecond, half, isUtc, zoneOffset } = parts;
	const { month, day } = parts.yearDay === undefined ? monthAndDay(parts) : fromYearDay(parts, parts.yearDay, value);
	if (day < 1 || day > daysIn(year, month)) throw new Error(`${parsing(value)}: day out of range`);
	const hour = half === "PM" && parts.hour < 12 ? parts.hour + 12 : half === "AM" && parts.hour === 12 ? 0 : parts.hour;
	const offset = isUtc || zoneOffset === NO_OFFSET ? 0 : zoneOffset;
	const seconds = daysOf(year, month, day) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second - offset;
	return { seconds, nanosecond };
}

function monthAndDay({ month = 1, day = 1 }: ParsedParts): { month: number; day: number } {
	return { month, day };
}

/** What was said of month and day has to agree with the day of the year. */
function fromYearDay({ year, month, day }: ParsedParts, yearDay: number, value: string) {
	const most = daysOf(year + 1, 1, 1) - daysOf(year, 1, 1);
	if (yearDay < 1 || yearDay > most) throw new Error(`${parsing(value)}: day-of-year out of range`);
	let [foundMonth, foundDay] = [1, yearDay];
	while (foundDay > daysIn(year, foundMonth)) foundDay -= daysIn(year, foundMonth++);
	if (month !== undefined && month !== foundMonth) {
		throw new Error(`${parsing(value)}: day-of-year does not match month`);
	}
	if (day !== undefined && day !== foundDay) throw new Error(`${parsing(value)}: day-of-year does not match day`);
	return { month: foundMonth, day: foundDay };
}

function parsing(value: string): string {
	return `parsing time ${quoted(value)}`;
}

function mismatch(layout: string, value: string, rest: string, element: string): Error {
	return new Error(`${parsing(value)} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(element)}`);
}

/** Package time quotes by itself: what is not plain ASCII by its bytes. */
function quoted(value: string): string {
	const escaped = value.replace(/["\\]|[^ -~]+/gu, (chars) => {
		if (chars === '"' || chars === "\\") return `\\${chars}`;
		return [...Buffer.from(chars)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
	});
	return `"${escaped}"`;
}
