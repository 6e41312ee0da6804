import { MONTHS, WEEKDAYS } from "./go-layout.ts";
import type { TimeReader } from "./time-reader.ts";
import { readZone } from "./time-zone-text.ts";

/**
 * Reads what an element of a layout stands for. False where the text has nothing of the kind; what is there and not
 * possible is said in `outOfRange`, which counts before that.
 *
 * @param next the element that follows.
 */
export function readElement(element: string, next: string, reader: TimeReader): boolean {
	if (/^(?:Jan|Mon|0?1$)/.test(element)) return readName(element, reader);
	if (/^_|^0?0?2$/.test(element)) return readDay(element, reader);
	if (element === "05" || element === "5") return readSecond(element, next, reader);
	if (/^(?:15|0?[34])$/.test(element)) return readClock(element, reader);
	if (element === "2006" || element === "06") return readYear(element, reader);
	if (/^pm$/i.test(element)) return readHalf(element, reader);
	return /^[.,]/.test(element) ? readFraction(element, reader) : readZone(element, reader);
}

/** A month, by name or number, or the name of a day, which is only looked at. */
function readName(element: string, reader: TimeReader): boolean {
	const { parts } = reader;
	if (element === "1" || element === "01") {
		const { value, isThere } = reader.number(2, element === "01");
		parts.month = value;
		if (isThere && (value < 1 || value > 12)) reader.outOfRange = "month";
		return isThere;
	}
	const names = element.startsWith("J") ? MONTHS : WEEKDAYS;
	const length = element.length === 3 ? 3 : Number.POSITIVE_INFINITY;
	const texts = names.map((name) => name.slice(0, length).toLowerCase());
	const rest = reader.rest.toLowerCase();
	const found = texts.findIndex((name) => rest.startsWith(name));
	if (found < 0) return false;
	reader.rest = reader.rest.slice(texts[found]?.length ?? 0);
	if (names === MONTHS) parts.month = found + 1;
	return true;
}

function readDay(element: string, reader: TimeReader): boolean {
	const spaces = element.length - element.replaceAll("_", "").length;
	reader.take(new RegExp(`^ {0,${spaces}}`));
	const isOfYear = element.length === 3;
	const { value, isThere } = reader.number(isOfYear ? 3 : 2, element.startsWith("0"));
	reader.parts[isOfYear ? "yearDay" : "day"] = value;
	return isThere;
}

function readClock(element: string, reader: TimeReader): boolean {
	const { value, isThere } = reader.number(2, element.startsWith("0"));
	const isMinute = element.endsWith("4");
	reader.parts[isMinute ? "minute" : "hour"] = value;
	const most = isMinute ? 59 : element === "15" ? 23 : 12;
	if (value > most) reader.outOfRange = isMinute ? "minute" : "hour";
	return isThere;
}

/** A fraction may follow the seconds though the layout has none. */
function readSecond(element: string, next: string, reader: TimeReader): boolean {
	const { value, isThere } = reader.number(2, element === "05");
	if (!isThere) return false;
	reader.parts.second = value;
	if (value > 59) reader.outOfRange = "second";
	else if (!/^[.,]/.test(next)) readNanoseconds(reader, /^[.,]([0-9]+)/);
	return true;
}

function readFraction(element: string, reader: TimeReader): boolean {
	if (element.charAt(1) === "9") {
		readNanoseconds(reader, /^[.,]([0-9]+)/);
		return true;
	}
	return readNanoseconds(reader, new RegExp(`^[.,]([0-9]{${element.length - 1}})`));
}

/** What is past the ninth digit is cut off. */
function readNanoseconds(reader: TimeReader, pattern: RegExp): boolean {
	const digits = reader.take(pattern)?.[1];
	if (digits === undefined) return false;
	reader.parts.nanosecond = Number(digits.slice(0, 9).padEnd(9, "0"));
	return true;
}

/** Two digits are a year from 1969 to 2068. */
function readYear(element: string, reader: TimeReader): boolean {
	// Go reads two characters as a number that may have a sign.
	const written = reader.take(element === "2006" ? /^[0-9]{4}/ : /^(?:[0-9]{2}|[-+][0-9])/)?.[0];
	if (written === undefined) return false;
	const value = Number(written);
	reader.parts.year = element === "2006" ? value : value + (value >= 69 ? 1900 : 2000);
	return true;
}

function readHalf(element: string, reader: TimeReader): boolean {
	const found = reader.take(element === "PM" ? /^(?:AM|PM)/ : /^(?:am|pm)/)?.[0];
	if (found === undefined) return false;
	reader.parts.half = found.toUpperCase() === "PM" ? "PM" : "AM";
	return true;
}
