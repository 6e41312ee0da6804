import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/** What an object takes beside its texts, for each of its values: a key's pointer and a number or a text's head. */
export const VALUE_BYTES = 32;

/** About the bytes that a record takes in memory: texts at a byte a character, though records of one batch share them. */
export function recordBytes(record: TelemetryRecord): number {
	let bytes = 0;
	for (const value of Object.values(record)) bytes += valueBytes(value);
	return bytes;
}

function valueBytes(value: unknown): number {
	if (typeof value === "string") return VALUE_BYTES + value.length;
	if (typeof value !== "object") return VALUE_BYTES;
	if (value instanceof Uint8Array) return VALUE_BYTES + value.length;
	let bytes = VALUE_BYTES;
	if (Array.isArray(value)) for (const item of value) bytes += valueBytes(item);
	if (value instanceof Map)
		for (const [key, item] of value) bytes += VALUE_BYTES + String(key).length + valueBytes(item);
	return bytes;
}
