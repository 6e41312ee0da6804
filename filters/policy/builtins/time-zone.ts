import { ParsedTime } from "./parsed-time";
import { Element } from "./time-layout";
import { TimeReader } from "./time-reader";

/** Reads a time zone: an offset, Z, or an abbreviation, which says nothing of the time but where it is UTC. */
export function readZone(element: Element, reader: TimeReader, time: ParsedTime): bool {
	if (element == Element.ZoneName) return readName(reader, time);
	if (element <= Element.IsoColonSecondsZone && reader.peek(0) == 0x5a) {
		reader.at++;
		time.utc = true;
		return true;
	}
	const colon = hasColon(element);
	const minutes = element != Element.NumShortZone && element != Element.IsoShortZone;
	const seconds = hasSeconds(element);
	const size = 3 + (minutes ? (colon ? 3 : 2) : 0) + (seconds ? (colon ? 3 : 2) : 0);
	if (reader.left < size) return false;
	if (colon && (reader.peek(3) != 0x3a || (seconds && reader.peek(6) != 0x3a))) return false;
	return readOffset(reader, time, minutes, seconds, colon);
}

function readName(reader: TimeReader, time: ParsedTime): bool {
	if (reader.is("UTC")) {
		time.utc = true;
		reader.at += 3;
		return true;
	}
	const size = reader.zoneSize();
	reader.at += size;
	return size > 0;
}

/** A sign and two digits each; the first fault ends the reading, what is too large is said before it. */
function readOffset(reader: TimeReader, time: ParsedTime, minutes: bool, seconds: bool, colon: bool): bool {
	const sign = reader.peek(0);
	const next: usize = colon ? 3 : 2;
	const hour = twoDigits(reader, 1);
	const minute = hour < 0 || !minutes ? 0 : twoDigits(reader, 1 + next);
	const second = hour < 0 || minute < 0 || !seconds ? 0 : twoDigits(reader, 1 + 2 * next);
	if (hour > 24) time.outOfRange = "time zone offset hour out of range";
	if (minute > 60) time.outOfRange = "time zone offset minute out of range";
	if (second > 60) time.outOfRange = "time zone offset second out of range";
	reader.at += 3 + (minutes ? next : 0) + (seconds ? next : 0);
	time.zoneOffset = (max(hour, 0) * 60 + max(minute, 0)) * 60 + max(second, 0);
	if (sign == 0x2d) time.zoneOffset = -time.zoneOffset;
	else if (sign != 0x2b) return false;
	return hour >= 0 && minute >= 0 && second >= 0;
}

function twoDigits(reader: TimeReader, offset: usize): i32 {
	if (!reader.isDigit(offset) || !reader.isDigit(offset + 1)) return -1;
	return <i32>(reader.peek(offset) - 0x30) * 10 + <i32>(reader.peek(offset + 1) - 0x30);
}

function hasColon(element: Element): bool {
	return (
		element == Element.IsoColonZone ||
		element == Element.NumColonZone ||
		element == Element.IsoColonSecondsZone ||
		element == Element.NumColonSecondsZone
	);
}

function hasSeconds(element: Element): bool {
	return (
		element == Element.IsoSecondsZone ||
		element == Element.NumSecondsZone ||
		element == Element.IsoColonSecondsZone ||
		element == Element.NumColonSecondsZone
	);
}
