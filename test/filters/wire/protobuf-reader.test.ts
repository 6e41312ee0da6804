import assert from "node:assert/strict";
import { before, test } from "node:test";
import { toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { type ReportRequest, ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { scaled } from "../../support/scale.ts";
import { arbitraryReport } from "./arbitrary-report.ts";
import { WireModule } from "./wire-module.ts";

let wire: WireModule;
const numRuns = scaled({ quick: 300, full: 10_000 });
const manyRuns = scaled({ quick: 5000, full: 200_000 });

before(async () => {
	wire = await WireModule.build();
});

/** All fields of a message, by the reader of the filter or by protobuf-es; undefined where malformed. */
function ourFields(bytes: Uint8Array): string[] | undefined {
	return wire.with(bytes, (start, length) => {
		const fields: string[] = [];
		wire.call("readerReset", start, length);
		while (wire.number("readerNext") === 1) {
			const [ptr, size] = [wire.number("readerPtr") >>> 0, wire.number("readerSize")];
			const delimited = wire.number("readerWire") === 2;
			if (delimited) assert.ok(size >= 0 && ptr >= start && ptr + size <= start + length);
			const value = delimited
				? Buffer.from(wire.read(ptr, size)).toString("hex")
				: BigInt.asUintN(64, BigInt(wire.call("readerValue")));
			fields.push(`${wire.number("readerField") >>> 0}/${wire.number("readerWire")}: ${value}`);
		}
		return wire.number("readerOk") === 1 ? fields : undefined;
	});
}

function theirFields(bytes: Uint8Array): string[] | undefined {
	try {
		const reader = new BinaryReader(bytes);
		const fields: string[] = [];
		while (reader.pos < reader.len) {
			const [field, type] = reader.tag();
			fields.push(`${field}/${type}: ${theirValue(reader, type)}`);
		}
		return fields;
	} catch {
		return undefined;
	}
}

function theirValue(reader: BinaryReader, type: WireType): string {
	if (type === WireType.Varint) return String(reader.uint64());
	if (type === WireType.Bit64) return String(reader.fixed64());
	if (type === WireType.Bit32) return String(reader.fixed32());
	if (type === WireType.LengthDelimited) return Buffer.from(reader.bytes()).toString("hex");
	throw new Error("a group");
}

test("what the generated code writes is read field by field as protobuf-es reads it", () => {
	const check = (report: ReportRequest) => {
		const bytes = toBinary(ReportRequestSchema, report);
		assert.deepEqual(ourFields(bytes), theirFields(bytes));
	};
	fc.assert(fc.property(arbitraryReport, check), { numRuns });
});

test("a message cut short is refused, or ends between two fields", () => {
	const bytes = new BinaryWriter();
	bytes
		.tag(1, WireType.Varint)
		.uint64(2n ** 64n - 1n)
		.tag(2, WireType.Bit64)
		.double(1.5);
	bytes.tag(3, WireType.LengthDelimited).string("abc").tag(4, WireType.Bit32).fixed32(7);
	const whole = bytes.finish();
	const ends = [0, 11, 20, 25, 30];
	assert.equal(whole.length, 30);
	for (let cut = 0; cut <= whole.length; cut++) {
		const fields = ourFields(whole.subarray(0, cut));
		const at = ends.indexOf(cut);
		assert.equal(fields?.length, at === -1 ? undefined : at, `cut at ${cut}`);
	}
});

test("hostile bytes are read as protobuf-es reads them or refused, never a trap", () => {
	const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x0a, 0x08, 0x09, 0x0d, 0x12, 0x80, 0xff, 0x7f, 0x00, 0x0b));
	const check = (values: number[]) => {
		const bytes = Uint8Array.from(values);
		const ours = ourFields(bytes);
		if (ours !== undefined) assert.deepEqual(ours, theirFields(bytes));
	};
	fc.assert(fc.property(fc.array(byte, { maxLength: 40 }), check), { numRuns: manyRuns });
});

const hostile: [name: string, bytes: number[]][] = [
	["a tag cut short", [0x80]],
	["a field number of 0", [0x00, 0x01]],
	["a tag of more than 32 bits", [0x88, 0x80, 0x80, 0x80, 0x10, 0x01]],
	["a tag of six bytes that would fit in two", [0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 0x01]],
	["a varint of eleven bytes", [0x08, ...Array(10).fill(0x80), 0x01]],
	["a varint of more than 64 bits", [0x08, ...Array(9).fill(0xff), 0x02]],
	["a length past the end", [0x0a, 0x02, 0x41]],
	["a length of 2^31", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08, 0x41]],
	["a length of 2^32", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x10, 0x41]],
	["a length of 2^64 - 1", [0x0a, ...Array(9).fill(0xff), 0x01, 0x41]],
	["eight bytes cut short", [0x09, 1, 2, 3, 4, 5, 6, 7]],
	["four bytes cut short", [0x0d, 1, 2, 3]],
	["a group", [0x0b, 0x0c]],
	["wire type 6", [0x0e, 0x01]],
	["wire type 7", [0x0f, 0x01]],
];

for (const [name, bytes] of hostile) {
	test(`refuses ${name}`, () => assert.equal(ourFields(Uint8Array.from(bytes)), undefined));
}

test("packed fields are read element by element, and signed ones by zigzag", () => {
	const check = (values: bigint[]) => {
		const theirs = new BinaryWriter();
		for (const value of values) theirs.sint64(value);
		const read = wire.with(theirs.finish(), (ptr, length) => {
			const ours: bigint[] = [];
			wire.call("readerReset", ptr, length);
			while (wire.number("readerPacked") === 1) ours.push(BigInt(wire.call("readerSint")));
			assert.equal(wire.number("readerOk"), 1);
			return ours;
		});
		assert.deepEqual(read, values);
	};
	fc.assert(fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), check), { numRuns });
	wire.with(Uint8Array.of(0x01, 0x80), (ptr, length) => {
		wire.call("readerReset", ptr, length);
		assert.equal(wire.number("readerPacked"), 1);
		assert.equal(wire.number("readerPacked"), 0);
		assert.equal(wire.number("readerOk"), 0);
	});
});

test("a reader given a negative size reads nothing", () => {
	wire.call("readerReset", 1024, -1);
	assert.equal(wire.number("readerNext"), 0);
	assert.equal(wire.number("readerOk"), 0);
});
