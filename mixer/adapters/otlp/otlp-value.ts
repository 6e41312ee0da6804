import type { FieldValue } from "../signals.ts";

/** OTLP's JSON of any value (opentelemetry/proto/common/v1, AnyValue): integers are text there. */
export function anyValue(value: FieldValue): object {
	if (typeof value === "string") return { stringValue: value };
	if (typeof value === "boolean") return { boolValue: value };
	if (typeof value === "number")
		return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
	if (isMap(value)) return { kvlistValue: { values: attributes(value) } };
	return { arrayValue: { values: value.map(anyValue) } };
}

/** OTLP's JSON of attributes. */
export function attributes(fields: Iterable<readonly [string, FieldValue]>): object[] {
	return Array.from(fields, ([key, value]) => ({ key, value: anyValue(value) }));
}

function isMap(value: FieldValue): value is ReadonlyMap<string, FieldValue> {
	return value instanceof Map;
}
