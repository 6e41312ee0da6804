import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { vocabulary } from "../../../mixer/api/generated/vocabulary.ts";
import { type DecodedReport, decodeReport } from "../../../mixer/report/decode-report.ts";
import { decodeRecord } from "./model/decode-record.ts";

/** Mostly within the dictionaries below. */
const index = fc.oneof({ weight: 9, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(0xffff_ffff) });
const int64 = fc.oneof(
	fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
	fc.maxSafeInteger().map(BigInt),
	fc.integer().map(BigInt),
);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const list = fc.record({ values: fc.array(index) });
const map = fc
	.array(fc.tuple(index, index))
	.map((pairs) => ({ keys: pairs.map(([key]) => key), values: pairs.map(([, value]) => value) }));
const unpaired = fc.record({ keys: fc.array(index), values: fc.array(index) });
const ip = fc.oneof(
	fc.uint8Array({ minLength: 4, maxLength: 4 }),
	fc.uint8Array({ minLength: 16, maxLength: 16 }),
	fc.uint8Array(),
);
const values = {
	string: fc.record({ case: fc.constant("string" as const), value: index }),
	int64: fc.record({ case: fc.constant("int64" as const), value: int64 }),
	double: fc.record({ case: fc.constant("double" as const), value: fc.double() }),
	bool: fc.record({ case: fc.constant("bool" as const), value: fc.boolean() }),
	bytes: fc.record({ case: fc.constant("bytes" as const), value: fc.uint8Array() }),
	ip: fc.record({ case: fc.constant("ip" as const), value: ip }),
	timestamp: fc.record({ case: fc.constant("timestampNs" as const), value: int64 }),
	duration: fc.record({ case: fc.constant("durationNs" as const), value: int64 }),
	string_map: fc.record({ case: fc.constant("stringMap" as const), value: fc.oneof(map, unpaired) }),
	string_list: fc.record({ case: fc.constant("stringList" as const), value: list }),
	string_list_map: fc.record({
		case: fc.constant("stringListMap" as const),
		value: fc.array(fc.tuple(index, list)).map((pairs) => ({
			keys: pairs.map(([key]) => key),
			values: pairs.map(([, value]) => value),
		})),
	}),
	none: fc.constant({ case: undefined }),
};
const names = Object.keys(vocabulary);
const anyAttribute = fc.record({ name: index, value: fc.oneof(...Object.values(values)) });
const soundAttribute = fc.oneof(
	...Object.values(vocabulary).map(({ type }, name) => fc.record({ name: fc.constant(name), value: values[type] })),
);
const attributes = fc.oneof(
	{ weight: 4, arbitrary: fc.uniqueArray(soundAttribute, { selector: ({ name }) => name }) },
	{ weight: 1, arbitrary: fc.array(fc.oneof(soundAttribute, anyAttribute)) },
);
const request = fc.record(
	{
		origin: fc.record({ proxy: fc.string({ unit: "binary" }), vm: index, revision: fc.string() }),
		epoch: uint64,
		sequence: uint64,
		// The names first, then what they may have for values.
		dictionary: fc.array(fc.string({ unit: "grapheme" })).map((texts) => [...names, "no.name", "__proto__", ...texts]),
		records: fc.array(fc.record({ attributes })),
	},
	{ requiredKeys: [] },
);

function bytesOf(init: MessageInitShape<typeof ReportRequestSchema>): Uint8Array {
	return toBinary(ReportRequestSchema, create(ReportRequestSchema, init));
}

describe("a report's bytes", () => {
	test("are read as the library and, record by record, the model read them", () => {
		fc.assert(
			fc.property(request, (init) => {
				const bytes = bytesOf(init);
				const message = fromBinary(ReportRequestSchema, bytes);
				const records = message.records.map((record) => decodeRecord(record, message.dictionary));
				const { sizes, ...report } = decodeReport(bytes);
				const expected: Omit<DecodedReport, "sizes"> = {
					...{ origin: message.origin, epoch: message.epoch, sequence: message.sequence },
					...{ stringCount: message.dictionary.length, recordCount: records.length },
					records: records.filter((record) => typeof record !== "string"),
					refusals: records.filter((record) => typeof record === "string"),
				};
				assert.deepEqual(report, expected);
				assert.equal(sizes.length, report.records.length);
			}),
			{ numRuns: 500 },
		);
	});

	test("cut short or changed anywhere, are refused or read, and never hang", () => {
		fc.assert(
			fc.property(request, fc.nat(), fc.nat(255), (init, at, byte) => {
				const bytes = bytesOf(init);
				if (bytes.length === 0) return;
				const changed = Uint8Array.from(bytes);
				changed[at % bytes.length] = byte;
				for (const some of [changed, bytes.subarray(0, at % bytes.length)]) {
					try {
						decodeReport(some);
					} catch (error) {
						assert.ok(error instanceof Error);
					}
				}
			}),
		);
	});

	test("may hold what is not known, integers each by itself, and the dictionary last", () => {
		const writer = new BinaryWriter();
		writer.tag(99, WireType.LengthDelimited).string("later");
		const attribute = new BinaryWriter().tag(1, WireType.Varint).uint32(0).tag(11, WireType.LengthDelimited);
		const list = new BinaryWriter().tag(1, WireType.Varint).uint32(1).tag(1, WireType.Varint).uint32(1).finish();
		const later = attribute.bytes(list).tag(99, WireType.Bit32).fixed32(1).tag(98, WireType.Bit64).fixed64(1);
		const record = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(later.finish());
		record.tag(7, WireType.Varint).uint64(2n ** 63n);
		writer.tag(5, WireType.LengthDelimited).bytes(record.finish());
		for (const text of ["request.path_segments", "a"]) writer.tag(4, WireType.LengthDelimited).string(text);
		const { records } = decodeReport(writer.finish());
		assert.deepEqual(records, [{ "request.path_segments": ["a", "a"] }]);
	});

	test("say about how much memory each record takes", () => {
		const dictionary = ["request.id", "response.code", "x".repeat(100)];
		const id = { name: 0, value: { case: "string" as const, value: 2 } };
		const code = { name: 1, value: { case: "int64" as const, value: 200n } };
		const { sizes } = decodeReport(bytesOf({ dictionary, records: [{ attributes: [id, code] }, { attributes: [] }] }));
		assert.deepEqual(sizes, [164, 0]);
	});

	for (const [what, bytes] of [
		["a message that ends behind the bytes", [0x2a, 0x05, 0x0a]],
		["a field that ends behind its message", [0x2a, 0x02, 0x0a, 0x01, 0x00]],
		["a field without a number", [0x00, 0x00]],
		["an integer cut short", [0x10, 0x80]],
		["an integer without an end", [0x10, ...Array(10).fill(0x80), 0x00]],
		["a field of a type that is none", [0x0e, 0x00]],
	] as const) {
		test(`with ${what} are refused`, () => {
			assert.throws(() => decodeReport(Uint8Array.from(bytes)), RangeError);
		});
	}
});
