import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FieldValue } from "../signals.ts";
import type { AnyValueSchema, KeyValueSchema } from "./api/generated/opentelemetry/proto/common/v1/common_pb.js";

type AnyValue = MessageInitShape<typeof AnyValueSchema>;

/** An attribute by its name. */
export type KeyValue = MessageInitShape<typeof KeyValueSchema>;

/** OTLP's form of any value (opentelemetry/proto/common/v1, AnyValue). */
export function anyValue(value: FieldValue): AnyValue {
	if (typeof value === "string") return { value: { case: "stringValue", value } };
	if (typeof value === "boolean") return { value: { case: "boolValue", value } };
	if (typeof value === "number") {
		return Number.isSafeInteger(value)
			? { value: { case: "intValue", value: BigInt(value) } }
			: { value: { case: "doubleValue", value } };
	}
	if (isMap(value)) return { value: { case: "kvlistValue", value: { values: attributes(value) } } };
	return { value: { case: "arrayValue", value: { values: value.map(anyValue) } } };
}

/** OTLP's form of attributes. */
export function attributes(fields: Iterable<readonly [string, FieldValue]>): KeyValue[] {
	return Array.from(fields, ([key, value]) => ({ key, value: anyValue(value) }));
}

/** Nanoseconds since 1970, as a protobuf fixed64 can have them: what is before 1970 is 0, which is no time. */
export function unixNano(timeNs: bigint): bigint {
	return timeNs < 0n ? 0n : timeNs;
}

function isMap(value: FieldValue): value is ReadonlyMap<string, FieldValue> {
	return value instanceof Map;
}
