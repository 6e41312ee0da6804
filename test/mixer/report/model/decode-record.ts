import type { Attribute, Record as WireRecord } from "../../../../mixer/api/generated/mixer_pb.js";
import type { AttributeType, TelemetryRecord } from "../../../../mixer/api/generated/vocabulary.ts";
import { vocabulary } from "../../../../mixer/api/generated/vocabulary.ts";
import { ipText } from "../../../../mixer/report/ip-text.ts";
import { MAX_RECORD_ATTRIBUTES } from "../../../../mixer/report/limits.ts";
import type { RejectReason } from "../../../../mixer/report/reject-reason.ts";
import { DecodeFault } from "./decode-fault.ts";
import { DictionaryReader } from "./dictionary-reader.ts";

const types: ReadonlyMap<string, AttributeType> = new Map(
	Object.entries(vocabulary).map(([name, attribute]) => [name, attribute.type]),
);

/** The wire's name for each of the vocabulary's types. */
const wireCases: Readonly<Record<AttributeType, Attribute["value"]["case"]>> = {
	string: "string",
	int64: "int64",
	double: "double",
	bool: "bool",
	bytes: "bytes",
	ip: "ip",
	timestamp: "timestampNs",
	duration: "durationNs",
	string_map: "stringMap",
	string_list: "stringList",
	string_list_map: "stringListMap",
};

/** What decodeReport shall make of a record that the library has read, step by step. */
export function decodeRecord(record: WireRecord, dictionary: readonly string[]): TelemetryRecord | RejectReason {
	if (record.attributes.length > MAX_RECORD_ATTRIBUTES) return "too_large";
	const reader = new DictionaryReader(dictionary);
	const decoded: Record<string, unknown> = {};
	try {
		for (const attribute of record.attributes) {
			const name = reader.name(attribute.name);
			const type = types.get(name);
			if (type === undefined) return "unknown_attribute";
			if (attribute.value.case !== wireCases[type]) return "wrong_type";
			if (Object.hasOwn(decoded, name)) return "repeated_attribute";
			decoded[name] = decodeValue(attribute.value, reader);
		}
	} catch (error) {
		if (error instanceof DecodeFault) return error.reason;
		throw error;
	}
	// Checked: every key is an attribute's name and every value came from the wire case of its type.
	return decoded as TelemetryRecord;
}

function decodeValue(value: Attribute["value"], reader: DictionaryReader): unknown {
	switch (value.case) {
		case "string":
			return reader.text(value.value);
		case "int64":
		case "durationNs":
			return safeInteger(value.value);
		case "ip":
			return ipText(value.value) ?? fault("bad_value");
		case "stringMap":
			return reader.map(value.value);
		case "stringList":
			return reader.list(value.value);
		case "stringListMap":
			return reader.listMap(value.value);
		case "bytes":
			reader.spend(value.value.length);
			return value.value;
		default:
			return value.value;
	}
}

function safeInteger(value: bigint): number {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : fault("bad_value");
}

function fault(reason: RejectReason): never {
	throw new DecodeFault(reason);
}
