import { create } from "@bufbuild/protobuf";
import {
	type Attribute,
	AttributeSchema,
	RecordSchema,
	type ReportRequest,
	ReportRequestSchema,
} from "../../../mixer/api/generated/mixer_pb.js";

/** A value of a record by the wire's name of its type; texts instead of indexes. */
export type WireValue =
	| { string: string }
	| { int64: bigint }
	| { double: number }
	| { bool: boolean }
	| { bytes: Uint8Array }
	| { ip: Uint8Array }
	| { timestampNs: bigint }
	| { durationNs: bigint }
	| { stringMap: Readonly<Record<string, string>> }
	| { stringList: readonly string[] }
	| { stringListMap: Readonly<Record<string, readonly string[]>> };

export type WireRecord = Readonly<Record<string, WireValue>>;

/** A ReportRequest with these records, and whatever else the test wants of it. */
export function reportBatch(
	records: readonly WireRecord[],
	batch: { proxy?: string; vm?: number; epoch?: bigint; sequence?: bigint } = {},
): ReportRequest {
	const dictionary: string[] = [];
	const index = (text: string) => {
		const known = dictionary.indexOf(text);
		return known >= 0 ? known : dictionary.push(text) - 1;
	};
	return create(ReportRequestSchema, {
		origin: { proxy: batch.proxy ?? "edge-1", vm: batch.vm ?? 1, revision: "ab" },
		epoch: batch.epoch ?? 1_700_000_000_000_000_000n,
		sequence: batch.sequence ?? 1n,
		records: records.map((record) =>
			create(RecordSchema, {
				attributes: Object.entries(record).map(([name, value]) =>
					create(AttributeSchema, { name: index(name), value: wireValue(value, index) }),
				),
			}),
		),
		dictionary,
	});
}

function wireValue(value: WireValue, index: (text: string) => number): Attribute["value"] {
	const list = (texts: readonly string[]) => ({
		$typeName: "sluice.mixer.v1.StringList" as const,
		values: texts.map(index),
	});
	if ("string" in value) return { case: "string", value: index(value.string) };
	if ("int64" in value) return { case: "int64", value: value.int64 };
	if ("double" in value) return { case: "double", value: value.double };
	if ("bool" in value) return { case: "bool", value: value.bool };
	if ("bytes" in value) return { case: "bytes", value: value.bytes };
	if ("ip" in value) return { case: "ip", value: value.ip };
	if ("timestampNs" in value) return { case: "timestampNs", value: value.timestampNs };
	if ("durationNs" in value) return { case: "durationNs", value: value.durationNs };
	if ("stringList" in value) return { case: "stringList", value: list(value.stringList) };
	if ("stringMap" in value) {
		const [keys, values] = [Object.keys(value.stringMap).map(index), Object.values(value.stringMap).map(index)];
		return { case: "stringMap", value: { $typeName: "sluice.mixer.v1.StringMap", keys, values } };
	}
	const [keys, values] = [Object.keys(value.stringListMap).map(index), Object.values(value.stringListMap).map(list)];
	return { case: "stringListMap", value: { $typeName: "sluice.mixer.v1.StringListMap", keys, values } };
}
