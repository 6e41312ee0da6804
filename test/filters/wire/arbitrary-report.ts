import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
	AttributeSchema,
	RecordSchema,
	ReportRequestSchema,
	StringListMapSchema,
	StringListSchema,
	StringMapSchema,
} from "../../../mixer/api/generated/mixer_pb.js";

const index = fc.oneof(fc.nat(200), fc.nat(2 ** 32 - 1));
const indexes = fc.array(index, { maxLength: 300 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const list = indexes.map((values) => create(StringListSchema, { values }));

const value = fc.oneof(
	index.map((value) => ({ case: "string" as const, value })),
	int64.map((value) => ({ case: "int64" as const, value })),
	fc.double().map((value) => ({ case: "double" as const, value })),
	fc.boolean().map((value) => ({ case: "bool" as const, value })),
	fc.uint8Array({ maxLength: 300 }).map((value) => ({ case: "bytes" as const, value })),
	fc.constantFrom(4, 16).map((size) => ({ case: "ip" as const, value: new Uint8Array(size).fill(9) })),
	int64.map((value) => ({ case: "timestampNs" as const, value })),
	int64.map((value) => ({ case: "durationNs" as const, value })),
	fc
		.record({ keys: indexes, values: indexes })
		.map((map) => ({ case: "stringMap" as const, value: create(StringMapSchema, map) })),
	list.map((value) => ({ case: "stringList" as const, value })),
	fc
		.record({ keys: indexes, values: fc.array(list, { maxLength: 5 }) })
		.map((map) => ({ case: "stringListMap" as const, value: create(StringListMapSchema, map) })),
);

const attribute = fc.record({ name: index, value }).map((fields) => create(AttributeSchema, fields));
const record = fc.array(attribute, { maxLength: 12 }).map((attributes) => create(RecordSchema, { attributes }));

/** Reports with attributes of every type, lists of sizes on both sides of 127 among them. */
export const arbitraryReport = fc
	.record({
		epoch: uint64,
		sequence: uint64,
		dictionary: fc.array(fc.string({ unit: "grapheme", maxLength: 200 }), { maxLength: 10 }),
		records: fc.array(record, { maxLength: 6 }),
	})
	.map((fields) => create(ReportRequestSchema, fields));
