import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import {
	type Attribute,
	type Record,
	type ReportRequest,
	ReportRequestSchema,
} from "../../../mixer/api/generated/mixer_pb.js";
import { toBytes } from "../../support/fake-host-module.ts";
import { scaled } from "../../support/scale.ts";
import { arbitraryReport } from "./arbitrary-report.ts";
import { WireModule } from "./wire-module.ts";

let wire: WireModule;
const numRuns = scaled({ quick: 300, full: 10_000 });

before(async () => {
	wire = await WireModule.build();
});

/** A field of any number: in one byte of tag, or more. */
const fieldNumber = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 29 - 1 }));
/** Sizes around those where a length takes one byte more. */
const size = fc.oneof(fc.nat(300), fc.constantFrom(126, 127, 128, 129, 16_383, 16_384, 16_385, 70_000));

function bytesField(field: number, bytes: Uint8Array): void {
	wire.with(bytes, (ptr, length) => wire.call("bytes", field, ptr, length));
}

function message(field: number, write: () => void): void {
	const mark = wire.number("begin", field);
	write();
	wire.call("end", mark);
}

const scalars = {
	field: fieldNumber,
	unsigned: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
	signed: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
	real: fc.double(),
	flag: fc.boolean(),
	size,
};

test("every scalar is read by protobuf-es as it was written", () => {
	const property = fc.property(fc.record(scalars), ({ field, unsigned, signed, real, flag, size }) => {
		const bytes = new Uint8Array(size).fill(0xa5);
		const ours = wire.written(() => {
			wire.call("varintField", field, unsigned);
			wire.call("sint", field, signed);
			wire.call("fixed64", field, unsigned);
			wire.call("double", field, real);
			wire.call("boolean", field, flag);
			bytesField(field, bytes);
		});
		const theirs = new BinaryWriter();
		theirs.tag(field, WireType.Varint).uint64(unsigned);
		theirs.tag(field, WireType.Varint).sint64(signed);
		theirs.tag(field, WireType.Bit64).fixed64(unsigned);
		theirs.tag(field, WireType.Bit64).double(real);
		theirs.tag(field, WireType.Varint).bool(flag);
		theirs.tag(field, WireType.LengthDelimited).bytes(bytes);
		assert.ok(Buffer.from(ours).equals(theirs.finish()));
	});
	fc.assert(property, { numRuns: scaled({ quick: 1000, full: 50_000 }) });
});

test("messages nest at every size of length", () => {
	const check = (sizes: number[]) => {
		const write = (index: number): void => {
			const bytes = new Uint8Array(sizes[index] ?? 0).fill(index);
			bytesField(1, bytes);
			if (index + 1 < sizes.length) message(2, () => write(index + 1));
			bytesField(3, bytes);
		};
		const expect = (index: number): Uint8Array => {
			const bytes = new Uint8Array(sizes[index] ?? 0).fill(index);
			const theirs = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(bytes);
			if (index + 1 < sizes.length) theirs.tag(2, WireType.LengthDelimited).bytes(expect(index + 1));
			return theirs.tag(3, WireType.LengthDelimited).bytes(bytes).finish();
		};
		assert.ok(Buffer.from(wire.written(() => write(0))).equals(expect(0)));
	};
	fc.assert(fc.property(fc.array(size, { minLength: 1, maxLength: 6 }), check), { numRuns });
});

/** Writes an attribute by the functions that the filter's records are written by. */
function writeAttribute({ name, value }: Attribute): void {
	wire.call("varintField", 1, BigInt(name));
	switch (value.case) {
		case "string":
			wire.call("varintField", 2, BigInt(value.value));
			break;
		case "int64":
			wire.call("sint", 3, value.value);
			break;
		case "double":
			wire.call("double", 4, value.value);
			break;
		case "bool":
			wire.call("boolean", 5, value.value);
			break;
		case "bytes":
		case "ip":
			bytesField(value.case === "ip" ? 7 : 6, value.value);
			break;
		case "timestampNs":
			wire.call("fixed64", 8, value.value);
			break;
		case "durationNs":
			wire.call("sint", 9, value.value);
			break;
		case "stringMap":
		case "stringList":
		case "stringListMap":
			writeContainer(value);
			break;
	}
}

function packed(field: number, values: readonly number[]): void {
	if (values.length === 0) return;
	message(field, () => {
		for (const index of values) wire.call("varint", BigInt(index));
	});
}

type Container = Extract<Attribute["value"], { case: "stringMap" | "stringList" | "stringListMap" }>;

function writeContainer(value: Container): void {
	if (value.case === "stringList") {
		message(11, () => packed(1, value.value.values));
		return;
	}
	if (value.case === "stringMap") {
		message(10, () => {
			packed(1, value.value.keys);
			packed(2, value.value.values);
		});
		return;
	}
	message(12, () => {
		packed(1, value.value.keys);
		for (const list of value.value.values) message(2, () => packed(1, list.values));
	});
}

function writeRecord(record: Record): void {
	message(5, () => {
		for (const attribute of record.attributes) message(1, () => writeAttribute(attribute));
	});
}

test("a report with every type of attribute is read by the generated code", () => {
	const check = (report: ReportRequest) => {
		const ours = wire.written(() => {
			if (report.epoch !== 0n) wire.call("varintField", 2, report.epoch);
			if (report.sequence !== 0n) wire.call("varintField", 3, report.sequence);
			for (const text of report.dictionary) bytesField(4, toBytes(text));
			for (const record of report.records) writeRecord(record);
		});
		assert.deepEqual(fromBinary(ReportRequestSchema, ours), report);
	};
	fc.assert(fc.property(arbitraryReport, check), { numRuns });
});

test("messages past the bound leave the buffer overflowed and within it", () => {
	assert.equal(wire.number("smallMessages", 5), 10 << 1);
	for (const depth of [6, 7, 100]) assert.equal(wire.number("smallMessages", depth) & 1, 1, `${depth}`);
	for (const depth of [6, 7, 100]) assert.ok(wire.number("smallMessages", depth) >> 1 <= 10, `${depth}`);
});
