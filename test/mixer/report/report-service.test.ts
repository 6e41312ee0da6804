import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { RecordSchema, type ReportRequest, ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { decodeReport } from "../../../mixer/report/decode-report.ts";
import { redactor } from "../../../mixer/report/redaction.ts";
import { reportService } from "../../../mixer/report/report-service.ts";
import { reportBatch } from "./report-batch.ts";

function service() {
	const taken: TelemetryRecord[] = [];
	const counts: string[] = [];
	const answer = reportService({
		dispatcher: { accept: (records) => void taken.push(...records) },
		redact: redactor({ headers: ["authorization"], queryParameters: ["access_token"] }),
		counters: {
			batch: (result) => counts.push(result),
			received: (records) => counts.push(`received ${records}`),
			rejected: (reason) => counts.push(reason),
		},
		revision: () => "ab",
	});
	const report = async (request: ReportRequest) => answer(decodeReport(toBinary(ReportRequestSchema, request)));
	return { report, taken, counts };
}

describe("Report", () => {
	test("redacts what the filter did not", async () => {
		const { report, taken } = service();
		await report(reportBatch([{ "request.path": { string: "/a?access_token=s" } }]));
		assert.deepEqual(taken, [{ "request.path": "/a?access_token=[redacted]" }]);
	});

	test("takes the same number again from another proxy, VM or epoch", async () => {
		const { report, taken, counts } = service();
		const record = { "request.id": { string: "x" } };
		for (const origin of [{}, { proxy: "edge-2" }, { vm: 2 }, { epoch: 2n }, {}]) {
			await report(reportBatch([record], origin));
		}
		assert.equal(taken.length, 4);
		assert.equal(counts.at(-1), "repeated");
	});

	test("answers a repeated batch as it did the first time, without counting anything again", async () => {
		const { report, taken, counts } = service();
		const batch = reportBatch([{ "request.id": { string: "x" } }, { "request.nonsense": { string: "x" } }]);
		const first = await report(batch);
		assert.deepEqual(counts.splice(0), ["accepted", "received 2", "unknown_attribute"]);
		assert.deepEqual(await report(batch), first);
		assert.deepEqual([first.rejectedRecords, first.revision], [1, "ab"]);
		assert.deepEqual([taken.length, counts], [1, ["repeated"]]);
	});

	const faults: [string, (request: ReportRequest) => void][] = [
		["origin is missing", (request) => delete request.origin],
		["sequence: 0 must be at least 1", (request) => Object.assign(request, { sequence: 0n })],
		[
			"records: 1001 records must be at most 1000",
			(request) => request.records.push(...Array(1001).fill(create(RecordSchema))),
		],
		[
			"dictionary: 64001 strings must be at most 64000",
			(request) => request.dictionary.push(...Array(64_001).fill("")),
		],
		[
			"origin.proxy: 257 characters must be at most 256",
			(request) => request.origin && Object.assign(request.origin, { proxy: "x".repeat(257) }),
		],
	];
	for (const [message, spoil] of faults) {
		test(`refuses a batch: ${message}`, async () => {
			const { report, taken, counts } = service();
			const request = reportBatch([]);
			spoil(request);
			await assert.rejects(report(request), { name: "MixerError", code: "invalid", message });
			assert.deepEqual([taken, counts], [[], ["invalid"]]);
		});
	}

	test("takes a batch that was refused before once it is right", async () => {
		const { report, counts } = service();
		const request = reportBatch([]);
		request.dictionary.push(...Array(64_001).fill(""));
		await assert.rejects(report(request));
		request.dictionary = [];
		await report(request);
		assert.deepEqual(counts, ["invalid", "accepted", "received 0"]);
	});
});
