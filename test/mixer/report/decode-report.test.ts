import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { RecordSchema, ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { decodeReport } from "../../../mixer/report/decode-report.ts";

const index = fc.nat(0xffff_ffff);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const list = fc.record({ values: fc.array(index) });
const value = fc.oneof(
	fc.record({ case: fc.constant("string" as const), value: index }),
	fc.record({ case: fc.constant("int64" as const), value: int64 }),
	fc.record({ case: fc.constant("double" as const), value: fc.double() }),
	fc.record({ case: fc.constant("bool" as const), value: fc.boolean() }),
	fc.record({ case: fc.constant("bytes" as const), value: fc.uint8Array() }),
	fc.record({ case: fc.constant("ip" as const), value: fc.uint8Array() }),
	fc.record({ case: fc.constant("timestampNs" as const), value: int64 }),
	fc.record({ case: fc.constant("durationNs" as const), value: int64 }),
	fc.record({
		case: fc.constant("stringMap" as const),
		value: fc.record({ keys: fc.array(index), values: fc.array(index) }),
	}),
	fc.record({ case: fc.constant("stringList" as const), value: list }),
	fc.record({
		case: fc.constant("stringListMap" as const),
		value: fc.record({ keys: fc.array(index), values: fc.array(list) }),
	}),
	fc.constant({ case: undefined }),
);
const request = fc.record(
	{
		origin: fc.record({ proxy: fc.string({ unit: "binary" }), vm: index, revision: fc.string() }),
		epoch: uint64,
		sequence: uint64,
		dictionary: fc.array(fc.string({ unit: "grapheme" })),
		records: fc.array(fc.record({ attributes: fc.array(fc.record({ name: index, value })) })),
	},
	{ requiredKeys: [] },
);

describe("a report's bytes", () => {
	test("are read as the library reads them", () => {
		fc.assert(
			fc.property(request, (init) => {
				const bytes = toBinary(ReportRequestSchema, create(ReportRequestSchema, init));
				const expected = fromBinary(ReportRequestSchema, bytes);
				// What the library makes has the defaults of its fields in a prototype.
				assert.deepEqual(plain(decodeReport(bytes)), plain(expected));
			}),
		);
	});

	test("cut short or changed anywhere, are refused or read, and never hang", () => {
		fc.assert(
			fc.property(request, fc.nat(), fc.nat(255), (init, at, byte) => {
				const bytes = toBinary(ReportRequestSchema, create(ReportRequestSchema, init));
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

	test("may hold what is not known, and integers each by itself", () => {
		const writer = new BinaryWriter();
		writer.tag(99, WireType.LengthDelimited).string("later");
		const attribute = new BinaryWriter().tag(1, WireType.Varint).uint32(7).tag(11, WireType.LengthDelimited);
		const values = new BinaryWriter().tag(1, WireType.Varint).uint32(3).tag(1, WireType.Varint).uint32(4).finish();
		const record = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(attribute.bytes(values).finish());
		const bytes = writer.tag(5, WireType.LengthDelimited).bytes(record.finish()).finish();
		const list = { $typeName: "sluice.mixer.v1.StringList" as const, values: [3, 4] };
		const expected = create(RecordSchema, { attributes: [{ name: 7, value: { case: "stringList", value: list } }] });
		assert.deepEqual(plain(decodeReport(bytes).records), plain([expected]));
	});

	for (const [what, bytes] of [
		["a message that ends behind the bytes", [0x2a, 0x05, 0x0a]],
		["a field that ends behind its message", [0x2a, 0x02, 0x0a, 0x01, 0x00]],
		["a field without a number", [0x00, 0x00]],
		["an integer cut short", [0x10, 0x80]],
	] as const) {
		test(`with ${what} are refused`, () => {
			assert.throws(() => decodeReport(Uint8Array.from(bytes)));
		});
	}
});

/** With what prototypes hold, and bytes and big integers as text. */
function plain(message: unknown): unknown {
	const text = JSON.stringify(message, (_, value: unknown) => {
		if (typeof value === "bigint") return `${value}n`;
		if (Object.is(value, -0)) return "-0";
		return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
	});
	const parsed: { epoch?: string; sequence?: string } = JSON.parse(text);
	return Array.isArray(parsed) ? parsed : { ...parsed, epoch: parsed.epoch ?? "0n", sequence: parsed.sequence ?? "0n" };
}
