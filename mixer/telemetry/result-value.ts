import type { FieldValue } from "../adapters/signals.ts";

/** In nanoseconds. */
const SECOND_NS = 1_000_000_000;

/** What an expression gave, as a label's value. */
export function labelText(result: unknown): string {
	return typeof result === "string" ? result : String(result);
}

/** What an expression gave, as a metric's value; a duration in seconds or milliseconds. Undefined for anything else. */
export function metricNumber(result: unknown, unit: "s" | "ms" | undefined): number | undefined {
	const ns = durationNs(result);
	const value = ns === undefined ? Number(result) : inUnit(ns, unit);
	return Number.isFinite(value) ? value : undefined;
}

/** Nanoseconds in a metric's unit. */
export function inUnit(ns: number, unit: "s" | "ms" | undefined): number {
	return unit === "ms" ? ns / 1e6 : ns / 1e9;
}

/** What an expression gave, as a log can hold it; undefined for what it can't. */
export function fieldValue(result: unknown): FieldValue | undefined {
	if (typeof result === "string" || typeof result === "number" || typeof result === "boolean") return result;
	if (typeof result === "bigint") return integer(result);
	if (result instanceof Date) return result.toISOString();
	if (result instanceof Uint8Array) return Buffer.from(result).toString("base64");
	if (Array.isArray(result)) return result.flatMap((item) => fieldValue(item) ?? []);
	if (result instanceof Map) return mapOf(result.entries());
	return durationNs(result) ?? (isPlainObject(result) ? mapOf(Object.entries(result)) : undefined);
}

/** As a number where that is exact. */
function integer(value: bigint): FieldValue {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : String(value);
}

function mapOf(entries: Iterable<readonly [unknown, unknown]>): ReadonlyMap<string, FieldValue> {
	const map = new Map<string, FieldValue>();
	for (const [key, value] of entries) {
		const field = fieldValue(value);
		if (field !== undefined) map.set(String(key), field);
	}
	return map;
}

function isPlainObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Of CEL's durations. */
function durationNs(value: unknown): number | undefined {
	if (typeof value !== "object" || value === null || !("seconds" in value) || !("nanos" in value)) return undefined;
	const { seconds, nanos } = value;
	if (typeof seconds !== "bigint" || typeof nanos !== "number") return undefined;
	return Number(seconds) * SECOND_NS + nanos;
}
