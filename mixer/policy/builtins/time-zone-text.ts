import type { TimeReader } from "./time-reader.ts";

/** Reads a time zone: an offset, Z, or an abbreviation, which says nothing of the time but where it is UTC. */
export function readZone(element: string, reader: TimeReader): boolean {
	if (element === "MST") return readName(reader);
	if (element.startsWith("Z") && reader.take(/^Z/)) {
		reader.parts.isUtc = true;
		return true;
	}
	const size = element.length;
	const written = reader.rest.slice(0, size);
	const colons = [...element.matchAll(/:/g)].map(({ index }) => index);
	if (written.length < size || colons.some((at) => written.charAt(at) !== ":")) return false;
	reader.rest = reader.rest.slice(size);
	return readOffset(written, reader);
}

/** A sign and two digits each; the first fault ends the reading, what is too large is said before it. */
function readOffset(written: string, reader: TimeReader): boolean {
	const [hours = "", minutes = "00", seconds = "00"] = written.slice(1).match(/[^:]{2}/g) ?? [];
	const hour = twoDigits(hours);
	const minute = hour === undefined ? 0 : twoDigits(minutes);
	const second = hour === undefined || minute === undefined ? 0 : twoDigits(seconds);
	if ((hour ?? 0) > 24) reader.outOfRange = "time zone offset hour";
	if ((minute ?? 0) > 60) reader.outOfRange = "time zone offset minute";
	if ((second ?? 0) > 60) reader.outOfRange = "time zone offset second";
	const size = ((hour ?? 0) * 60 + (minute ?? 0)) * 60 + (second ?? 0);
	reader.parts.zoneOffset = written.startsWith("-") ? -size : size;
	return /^[-+]/.test(written) && hour !== undefined && minute !== undefined && second !== undefined;
}

function twoDigits(text: string): number | undefined {
	return /^[0-9]{2}$/.test(text) ? Number(text) : undefined;
}

/** What looks like an abbreviation: three letters to five, GMT with hours, or the hours alone. */
function readName(reader: TimeReader): boolean {
	if (reader.take(/^UTC/)) {
		reader.parts.isUtc = true;
		return true;
	}
	if (reader.rest.length < 3) return false;
	if (reader.take(/^(?:ChST|MeST)/)) return true;
	if (reader.take(/^GMT/)) {
		takeHours(reader);
		return true;
	}
	if (/^[-+]/.test(reader.rest)) return takeHours(reader);
	return reader.take(/^(?:[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z]))/) !== undefined;
}

/** A sign and a number up to 23, of any number of digits. */
function takeHours(reader: TimeReader): boolean {
	const digits = /^[-+]([0-9]+)/.exec(reader.rest)?.[1] ?? "";
	if (digits === "" || Number(digits) > 23) return false;
	reader.rest = reader.rest.slice(digits.length + 1);
	return true;
}
