import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toBinary } from "@bufbuild/protobuf";
import { type Attribute, type ReportRequest, ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { decodeReport } from "../../../mixer/report/decode-report.ts";
import { ipText } from "../../../mixer/report/ip-text.ts";
import { MAX_RECORD_CHARACTERS, MAX_RECORD_ENTRIES } from "../../../mixer/report/limits.ts";
import { reportBatch, type WireRecord } from "./report-batch.ts";

/** The record that a batch of one has, or why there is none. */
function only(request: ReportRequest) {
	const { records, refusals } = decodeReport(toBinary(ReportRequestSchema, request));
	assert.equal(records.length + refusals.length, 1);
	return records[0] ?? refusals[0];
}

function decode(record: WireRecord) {
	return only(reportBatch([record]));
}

describe("decoding a record", () => {
	const accepted: [WireRecord, object][] = [
		[{ "request.id": { string: "" } }, { "request.id": "" }],
		[{ "response.code": { int64: -1n } }, { "response.code": -1 }],
		[{ "connection.mtls": { bool: false } }, { "connection.mtls": false }],
		[{ "source.ip": { ip: new Uint8Array([10, 0, 0, 1]) } }, { "source.ip": "10.0.0.1" }],
		[{ "request.time": { timestampNs: 1_700_000_000_000_000_001n } }, { "request.time": 1_700_000_000_000_000_001n }],
		[{ "check.duration": { durationNs: 5n } }, { "check.duration": 5 }],
		[{ "check.shadow": { stringMap: { a: "b" } } }, { "check.shadow": new Map([["a", "b"]]) }],
		[{ "request.path_segments": { stringList: ["a", "a"] } }, { "request.path_segments": ["a", "a"] }],
		[
			{ "request.header_values": { stringListMap: { a: ["1", "2"], b: [] } } },
			{
				"request.header_values": new Map<string, string[]>([
					["a", ["1", "2"]],
					["b", []],
				]),
			},
		],
		[{}, {}],
	];
	for (const [wire, record] of accepted) {
		test(`takes ${Object.keys(wire)[0] ?? "an empty record"}`, () => assert.deepEqual(decode(wire), record));
	}

	const refused: [string, WireRecord, string][] = [
		["a name outside the vocabulary", { "request.secret": { string: "x" } }, "unknown_attribute"],
		["a name of Object.prototype", { constructor: { string: "x" } }, "unknown_attribute"],
		["__proto__", JSON.parse('{"__proto__": {"string": "x"}}'), "unknown_attribute"],
		["an integer where text belongs", { "request.id": { int64: 1n } }, "wrong_type"],
		["a duration where a timestamp belongs", { "request.time": { durationNs: 1n } }, "wrong_type"],
		["an integer beyond 2^53", { "response.code": { int64: 2n ** 53n } }, "bad_value"],
		["an address of 5 bytes", { "source.ip": { ip: new Uint8Array(5) } }, "bad_value"],
		["text over the bound", { "request.id": { string: "x".repeat(MAX_RECORD_CHARACTERS + 1) } }, "too_large"],
		[
			"one long text in many places",
			{ "request.path_segments": { stringList: Array(600).fill("x".repeat(500)) } },
			"too_large",
		],
		[
			"a list over the bound",
			{ "request.path_segments": { stringList: Array(MAX_RECORD_ENTRIES + 1).fill("") } },
			"too_large",
		],
	];
	for (const [what, wire, reason] of refused) test(`refuses ${what}`, () => assert.equal(decode(wire), reason));

	test("refuses an attribute without a value, one twice, an index beyond the dictionary, unpaired keys", () => {
		const request = reportBatch([{ "request.id": { string: "x" }, "request.headers": { stringMap: { a: "b" } } }]);
		const [record] = request.records;
		const [id, headers] = record?.attributes ?? [];
		assert.ok(record !== undefined && id !== undefined && headers?.value.case === "stringMap");
		const decodeOf = (attributes: Attribute[]) => only({ ...request, records: [{ ...record, attributes }] });
		assert.equal(decodeOf([id, id]), "repeated_attribute");
		assert.equal(decodeOf([{ ...id, value: { case: undefined } }]), "wrong_type");
		assert.equal(decodeOf([{ ...id, name: 99 }]), "bad_index");
		assert.equal(decodeOf([{ ...id, value: { case: "string", value: 99 } }]), "bad_index");
		const unpaired = { ...headers.value.value, values: [] };
		assert.equal(decodeOf([{ ...headers, value: { case: "stringMap", value: unpaired } }]), "bad_value");
		assert.equal(decodeOf(Array(257).fill(id)), "too_large");
	});
});

test("addresses are written as RFC 5952 says", () => {
	const texts = [
		["00000000000000000000000000000000", "::"],
		["00000000000000000000000000000001", "::1"],
		["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
		["20010db8000100010001000100010001", "2001:db8:1:1:1:1:1:1"],
		["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
		["fe800000000000000000000000000000", "fe80::"],
		["00000000000000000000ffff0a000001", "::ffff:10.0.0.1"],
	] as const;
	for (const [hex, text] of texts) assert.equal(ipText(Buffer.from(hex, "hex")), text);
});
