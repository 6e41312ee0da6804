import { type AttributeName, type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";

/** Controls that JSON leaves as they are and a terminal acts on; escaped, they are still the same JSON. */
const RAW_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/** In nanoseconds. */
const SECOND = 1_000_000_000n;

/** Text that JSON needs no escape for: nearly all, and quoting it is much cheaper than JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Makes the writer of one JSON object a line: attribute names as keys, in the vocabulary's order, absent ones left out.
 * Timestamps are RFC 3339 in UTC with nanoseconds, durations nanoseconds, bytes base64, maps objects.
 */
export function jsonLine(attributes: readonly AttributeName[]): (record: TelemetryRecord) => string {
	const chosen = new Set(attributes);
	const keys = attributeNames().filter((name) => chosen.has(name));
	const columns = keys.map((name) => ({ name, type: vocabulary[name].type, prefix: `${JSON.stringify(name)}:` }));
	return (record) => {
		const members: string[] = [];
		for (const { name, type, prefix } of columns) {
			const value = record[name];
			if (value !== undefined) members.push(prefix + jsonValue(value, type));
		}
		return jsonObject(members);
	};
}

/** An object of these members, each `"name":value`, on one line that a terminal can show. */
export function jsonObject(members: readonly string[]): string {
	return `{${members.join(",")}}`.replace(RAW_CONTROLS, escapeUnit);
}

/** A text in JSON's quotes. */
export function jsonText(text: string): string {
	return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** The vocabulary's names, in its order. */
export function attributeNames(): AttributeName[] {
	return Object.keys(vocabulary).filter((name): name is AttributeName => Object.hasOwn(vocabulary, name));
}

function jsonValue(value: NonNullable<TelemetryRecord[AttributeName]> | Uint8Array, type: string): string {
	if (typeof value === "string") return jsonText(value);
	if (type === "timestamp" && typeof value === "bigint") return `"${rfc3339(value)}"`;
	if (value instanceof Map) return JSON.stringify(Object.fromEntries(value));
	if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
	return JSON.stringify(value);
}

/** A timestamp in UTC with nanoseconds. */
export function rfc3339(ns: bigint): string {
	const fraction = Number(((ns % SECOND) + SECOND) % SECOND);
	const milliseconds = Number((ns - BigInt(fraction)) / 1_000_000n);
	return `${new Date(milliseconds).toISOString().slice(0, -4)}${String(fraction).padStart(9, "0")}Z`;
}

function escapeUnit(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
