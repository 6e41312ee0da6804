import { Bytes } from "../../wire/bytes";
import { Slice } from "../../wire/slice";
import { CivilTime } from "./civil-time";
import { unavailable } from "./fault";
import { dayName, monthName, SHORT_NAME } from "./names-of-days";
import { BuiltinResult } from "./result";
import { writeResultText } from "./result-text";
import { Element, LayoutScanner } from "./time-layout";
import { RFC3339_NANO, resolveLayout } from "./time-layouts";
import { operandLayout, operandNs, timeOperand } from "./time-operand";

const text = new Bytes(64, 1 << 20);
const civil = new CivilTime();
const scanner = new LayoutScanner();
const layout = new Slice();

/** time.format(ns or [ns, zone] or [ns, zone, layout]): Go's Time.Format, in UTC. */
export function timeFormat(out: Bytes): BuiltinResult {
	if (!timeOperand(0)) return BuiltinResult.Error;
	const given = operandLayout();
	layout.set(given.ptr, given.size);
	if (layout.size == 0) layout.set(RFC3339_NANO.ptr, RFC3339_NANO.size);
	else resolveLayout(layout);
	civil.set(operandNs());
	text.reset();
	scanner.reset(layout.ptr, layout.ptr + layout.size);
	while (scanner.at < scanner.end && !text.overflowed) {
		const element = scanner.next();
		text.raw(scanner.textStart, <i32>(scanner.start - scanner.textStart));
		if (element != Element.None) writeElement(element);
	}
	if (text.overflowed) return unavailable("so long a text is");
	return writeResultText(out, text.ptr, text.size);
}

function writeElement(element: Element): void {
	if (element <= Element.ZeroYearDay) writeDay(element);
	else if (element <= Element.ZeroSecond) writeClock(element);
	else if (element >= Element.FractionZeros) writeFraction(element == Element.FractionNines);
	else if (element == Element.LongYear) writeNumber(<i32>civil.year, 4);
	else if (element == Element.Year) writeNumber(<i32>(civil.year % 100), 2);
	else if (element == Element.UpperPm) text.text(civil.hour >= 12 ? "PM" : "AM");
	else if (element == Element.LowerPm) text.text(civil.hour >= 12 ? "pm" : "am");
	else writeZone(element);
}

function writeDay(element: Element): void {
	switch (element) {
		case Element.LongMonth:
			return text.text(monthName(civil.month));
		case Element.Month:
			return writeShort(monthName(civil.month));
		case Element.NumMonth:
			return writeNumber(civil.month, 1);
		case Element.ZeroMonth:
			return writeNumber(civil.month, 2);
		case Element.LongWeekday:
			return text.text(dayName(civil.weekday));
		case Element.Weekday:
			return writeShort(dayName(civil.weekday));
		case Element.Day:
			return writeNumber(civil.day, 1);
		case Element.UnderDay:
			return writePadded(civil.day, 2);
		case Element.ZeroDay:
			return writeNumber(civil.day, 2);
		case Element.UnderYearDay:
			return writePadded(civil.yearDay, 3);
		default:
			return writeNumber(civil.yearDay, 3);
	}
}

function writeClock(element: Element): void {
	const hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
	switch (element) {
		case Element.Hour:
			return writeNumber(civil.hour, 2);
		case Element.Hour12:
			return writeNumber(hour12, 1);
		case Element.ZeroHour12:
			return writeNumber(hour12, 2);
		case Element.Minute:
			return writeNumber(civil.minute, 1);
		case Element.ZeroMinute:
			return writeNumber(civil.minute, 2);
		case Element.Second:
			return writeNumber(civil.second, 1);
		default:
			return writeNumber(civil.second, 2);
	}
}

/** Of UTC, which is all there is here. */
function writeZone(element: Element): void {
	if (element == Element.ZoneName) text.text("UTC");
	else if (element <= Element.IsoColonSecondsZone) text.byte(0x5a);
	else if (element == Element.NumShortZone) text.text("+00");
	else if (element == Element.NumZone) text.text("+0000");
	else if (element == Element.NumColonZone) text.text("+00:00");
	else if (element == Element.NumSecondsZone) text.text("+000000");
	else text.text("+00:00:00");
}

/** Nines leave out zeros at the end, and the point too where nothing else is left. */
function writeFraction(trimmed: bool): void {
	if (trimmed && (civil.nanosecond == 0 || scanner.digits == 0)) return;
	const start = text.size;
	text.byte(load<u8>(scanner.start));
	writeNumber(civil.nanosecond, 9);
	if (text.overflowed) return;
	if (scanner.digits < 9) text.size -= 9 - scanner.digits;
	if (!trimmed) return;
	while (load<u8>(text.ptr + text.size - 1) == 0x30) text.size--;
	if (text.size == start + 1) text.size--;
}

function writeShort(name: string): void {
	for (let i = 0; i < SHORT_NAME; i++) text.byte(name.charCodeAt(i));
}

function writeNumber(value: i32, digits: i32): void {
	let power = 1;
	for (let i = 1; i < digits; i++) power *= 10;
	while (value / power >= 10) power *= 10;
	for (; power > 0; power /= 10) text.byte(0x30 + ((value / power) % 10));
}

function writePadded(value: i32, width: i32): void {
	if (width > 2 && value < 100) text.byte(0x20);
	if (value < 10) text.byte(0x20);
	writeNumber(value, 1);
}
