import { dayName, findName, monthName, SHORT_NAME } from "./names-of-days";
import { ParsedTime } from "./parsed-time";
import { Element, LayoutScanner } from "./time-layout";
import { TimeReader } from "./time-reader";
import { readZone } from "./time-zone";

/**
 * Reads what an element of a layout stands for. False where the text has nothing of the kind; what is there and not
 * possible is said in `outOfRange`, which counts before that.
 *
 * @param layout stands after the element, and may be moved.
 */
export function readElement(element: Element, layout: LayoutScanner, reader: TimeReader, time: ParsedTime): bool {
	if (element <= Element.Weekday) return readName(element, reader, time);
	if (element <= Element.ZeroYearDay) return readDay(element, reader, time);
	if (element <= Element.ZeroMinute) return readClock(element, reader, time);
	if (element <= Element.ZeroSecond) return readSecond(element, layout, reader, time);
	if (element <= Element.Year) return readYear(element, reader, time);
	if (element <= Element.LowerPm) return readHalf(element, reader, time);
	if (element < Element.FractionZeros) return readZone(element, reader, time);
	return readFraction(element, layout.digits, reader, time);
}

/** A month, by name or number, or the name of a day, which is only looked at. */
function readName(element: Element, reader: TimeReader, time: ParsedTime): bool {
	if (element == Element.NumMonth || element == Element.ZeroMonth) {
		const good = reader.readTwo(element == Element.ZeroMonth);
		time.month = <i32>reader.value;
		if (good && (time.month <= 0 || time.month > 12)) time.outOfRange = "month out of range";
		return good;
	}
	const ofMonth = element == Element.LongMonth || element == Element.Month;
	const short = element == Element.Month || element == Element.Weekday;
	const found = findName(reader.at, reader.end, ofMonth, short);
	if (found < 0) return false;
	const name = ofMonth ? monthName(found + 1) : dayName(found);
	reader.at += short ? SHORT_NAME : name.length;
	if (ofMonth) time.month = found + 1;
	return true;
}

function readDay(element: Element, reader: TimeReader, time: ParsedTime): bool {
	if (element == Element.UnderYearDay || element == Element.ZeroYearDay) {
		for (let i = 0; i < 2; i++) {
			if (element == Element.UnderYearDay && reader.peek(0) == 0x20) reader.at++;
		}
		const good = reader.readThree(element == Element.ZeroYearDay);
		time.yearDay = <i32>reader.value;
		return good;
	}
	if (element == Element.UnderDay && reader.peek(0) == 0x20) reader.at++;
	const good = reader.readTwo(element == Element.ZeroDay);
	time.day = <i32>reader.value;
	return good;
}

function readClock(element: Element, reader: TimeReader, time: ParsedTime): bool {
	const good = reader.readTwo(element == Element.ZeroHour12 || element == Element.ZeroMinute);
	const value = <i32>reader.value;
	if (element == Element.Minute || element == Element.ZeroMinute) {
		time.minute = value;
		if (value >= 60) time.outOfRange = "minute out of range";
		return good;
	}
	time.hour = value;
	if (value > (element == Element.Hour ? 23 : 12)) time.outOfRange = "hour out of range";
	return good;
}

/** A fraction may follow the seconds though the layout has none. */
function readSecond(element: Element, layout: LayoutScanner, reader: TimeReader, time: ParsedTime): bool {
	if (!reader.readTwo(element == Element.ZeroSecond)) return false;
	time.second = <i32>reader.value;
	if (time.second >= 60) {
		time.outOfRange = "second out of range";
		return true;
	}
	const mark = reader.peek(0);
	if ((mark != 0x2e && mark != 0x2c) || !reader.isDigit(1)) return true;
	if (layout.next() >= Element.FractionZeros) return true;
	return readNanoseconds(reader, time, sizeOfFraction(reader));
}

function readFraction(element: Element, digits: i32, reader: TimeReader, time: ParsedTime): bool {
	if (element == Element.FractionZeros) {
		return reader.left >= digits + 1 && readNanoseconds(reader, time, digits + 1);
	}
	const mark = reader.peek(0);
	if ((mark != 0x2e && mark != 0x2c) || !reader.isDigit(1)) return true;
	return readNanoseconds(reader, time, sizeOfFraction(reader));
}

function sizeOfFraction(reader: TimeReader): i32 {
	let size = 1;
	while (reader.isDigit(size)) size++;
	return size;
}

function readNanoseconds(reader: TimeReader, time: ParsedTime, size: i32): bool {
	const good = reader.readNanoseconds(size);
	time.nanosecond = reader.value;
	if (good && reader.value < 0) time.outOfRange = "fractional second out of range";
	return good;
}

/** Two digits are a year from 1969 to 2068. */
function readYear(element: Element, reader: TimeReader, time: ParsedTime): bool {
	const long = element == Element.LongYear;
	const size = long ? 4 : 2;
	if (size > reader.left || (long && !reader.isDigit(0))) return false;
	if (!reader.readNumber(size)) return false;
	time.year = reader.value + (long ? 0 : reader.value >= 69 ? 1900 : 2000);
	return true;
}

function readHalf(element: Element, reader: TimeReader, time: ParsedTime): bool {
	const upper = element == Element.UpperPm;
	if (reader.is(upper ? "PM" : "pm")) time.pm = true;
	else if (reader.is(upper ? "AM" : "am")) time.am = true;
	else return false;
	reader.at += 2;
	return true;
}
