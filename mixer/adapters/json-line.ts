import { type AttributeName, type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";
import { rfc3339 } from "./rfc3339.ts";

/** Controls that JSON leaves as they are and a terminal acts on; escaped, they are still the same JSON. */
const RAW_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/** Text that JSON needs no escape for: nearly all, and quoting it is much cheaper than JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Makes the writer of one JSON object a line: attribute names as keys, in the vocabulary's order, absent ones left out.
 * Timestamps are RFC 3339 in UTC with nanoseconds, durations nanoseconds, bytes base64, maps objects.
 */
export function jsonLine(attributes: readonly AttributeName[]): (record: TelemetryRecord) => string {
	const chosen = new Set(attributes);
	const keys = attributeNames().filter((name) => chosen.has(name));
	const columns = keys.map((name) => ({ name, prefix: `,${JSON.stringify(name)}:`, write: writerOf(name) }));
	return (record) => {
		let members = "";
		for (const { name, prefix, write } of columns) {
			const value = record[name];
			if (value !== undefined) members += prefix + write(value);
		}
		return `{${members.slice(1)}}`;
	};
}

/** An object of these members, each `"name":value`. */
export function jsonObject(members: readonly string[]): string {
	return `{${members.join(",")}}`;
}

/** A text in JSON's quotes, on one line that a terminal can show. */
export function jsonText(text: string): string {
	return PLAIN.test(text) ? `"${text}"` : jsonValue(text);
}

/** Any value that JSON has, on one line that a terminal can show. */
export function jsonValue(value: unknown): string {
	return JSON.stringify(value, mapsAsObjects).replace(RAW_CONTROLS, escapeUnit);
}

/** The vocabulary's names, in its order. */
export function attributeNames(): AttributeName[] {
	return Object.keys(vocabulary).filter((name): name is AttributeName => Object.hasOwn(vocabulary, name));
}

function writerOf(name: AttributeName): (value: unknown) => string {
	// The most frequent ones without a detour.
	const { type } = vocabulary[name];
	return type === "int64" || type === "duration" ? String : write;
}

function write(value: unknown): string {
	if (typeof value === "string") return jsonText(value);
	if (typeof value === "bigint") return `"${rfc3339(value)}"`;
	if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
	return jsonValue(value);
}

function mapsAsObjects(_: string, value: unknown): unknown {
	return value instanceof Map ? Object.fromEntries(value) : value;
}

function escapeUnit(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
