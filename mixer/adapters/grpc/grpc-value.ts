import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ValueSchema } from "../../api/generated/adapter_pb.js";
import { type AttributeName, type TelemetryRecord, vocabulary } from "../../api/generated/vocabulary.ts";
import type { FieldValue } from "../signals.ts";

/** A `Value` of adapter.proto. */
export type ValueInit = MessageInitShape<typeof ValueSchema>;

const SECOND = 1_000_000_000n;

/** An attribute's value, by its type in the vocabulary. */
export function attributeValue(
	name: AttributeName,
	value: NonNullable<TelemetryRecord[AttributeName]> | Uint8Array<ArrayBuffer>,
): ValueInit {
	const { type } = vocabulary[name];
	if (typeof value === "string") return type === "ip" ? { kind: { case: "ipValue", value } } : fieldValue(value);
	if (typeof value === "bigint") return timestampValue(value);
	if (typeof value === "number" && type === "duration") return durationValue(value);
	if (typeof value === "number" && type === "double") return { kind: { case: "doubleValue", value } };
	if (value instanceof Uint8Array) return { kind: { case: "bytesValue", value } };
	if (type === "string_map" && value instanceof Map) return stringMapValue(value);
	return fieldValue(value);
}

/** The value of a log entry's field. */
export function fieldValue(value: FieldValue): ValueInit {
	if (typeof value === "string") return { kind: { case: "stringValue", value } };
	if (typeof value === "boolean") return { kind: { case: "boolValue", value } };
	if (typeof value === "number") {
		if (!Number.isSafeInteger(value)) return { kind: { case: "doubleValue", value } };
		return { kind: { case: "intValue", value: BigInt(value) } };
	}
	if (isMap(value)) {
		const entries = Object.fromEntries(Array.from(value, ([key, item]) => [key, fieldValue(item)]));
		return { kind: { case: "mapValue", value: { entries } } };
	}
	return { kind: { case: "listValue", value: { values: value.map(fieldValue) } } };
}

/** A `google.protobuf.Timestamp` of nanoseconds since 1970; its nanos are never negative. */
export function timestamp(ns: bigint): { seconds: bigint; nanos: number } {
	const nanos = ((ns % SECOND) + SECOND) % SECOND;
	return { seconds: (ns - nanos) / SECOND, nanos: Number(nanos) };
}

function timestampValue(ns: bigint): ValueInit {
	return { kind: { case: "timestampValue", value: timestamp(ns) } };
}

/** Seconds and nanos have the same sign. */
function durationValue(ns: number): ValueInit {
	const nanos = ns % Number(SECOND);
	const seconds = BigInt(Math.trunc((ns - nanos) / Number(SECOND)));
	return { kind: { case: "durationValue", value: { seconds, nanos } } };
}

function stringMapValue(map: ReadonlyMap<string, unknown>): ValueInit {
	const entries = Object.fromEntries(Array.from(map, ([key, value]) => [key, String(value)]));
	return { kind: { case: "stringMapValue", value: { entries } } };
}

function isMap(value: FieldValue): value is ReadonlyMap<string, FieldValue> {
	return value instanceof Map;
}
