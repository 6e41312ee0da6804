import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { ReportRequestSchema } from "../../mixer/api/generated/mixer_pb.js";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { adapterOf, keeper, runMixer } from "../mixer/server/running-mixer.ts";

describe("Report over gRPC", () => {
	test("acknowledges a batch and delivers its records, typed", async (t) => {
		const { adapter, records } = keeper();
		const { client } = await runMixer(t, { adapters: [adapter] });
		const batch = reportBatch(
			[
				{
					"request.method": { string: "GET" },
					"response.code": { int64: 200n },
					"check.duration": { durationNs: 410_000n },
				},
			],
			{ sequence: 7n },
		);
		const { acknowledgedSequence, rejectedRecords, revision } = await client.report(batch);
		assert.deepEqual([acknowledgedSequence, rejectedRecords, revision], [7n, 0, "ab".repeat(32)]);
		assert.deepEqual(records, [{ "request.method": "GET", "response.code": 200, "check.duration": 410_000 }]);
	});

	test("acknowledges a batch that is sent again and counts it once", async (t) => {
		const { adapter, records } = keeper();
		const { client, admin } = await runMixer(t, { adapters: [adapter] });
		const batch = reportBatch([{ "request.method": { string: "GET" } }]);
		for (let i = 0; i < 3; i++) assert.equal((await client.report(batch)).acknowledgedSequence, 1n);
		assert.equal(records.length, 1);
		const { body } = await admin("/metrics");
		assert.match(body, /^sluice_mixer_report_batches_total\{result="accepted"\} 1$/m);
		assert.match(body, /^sluice_mixer_report_batches_total\{result="repeated"\} 2$/m);
		assert.match(body, /^sluice_handler_records_delivered_total\{handler="handler-0"\} 1$/m);
	});

	test("refuses one record that breaks the vocabulary, by reason, and takes the others", async (t) => {
		const { adapter, records } = keeper();
		const { client, admin } = await runMixer(t, { adapters: [adapter] });
		const batch = reportBatch([
			{ "request.method": { string: "GET" } },
			{ "request.nonsense": { string: "x" } },
			{ "response.code": { string: "200" } },
			{ "request.method": { string: "PUT" } },
		]);
		assert.equal((await client.report(batch)).rejectedRecords, 2);
		assert.deepEqual(records, [{ "request.method": "GET" }, { "request.method": "PUT" }]);
		const { body } = await admin("/metrics");
		assert.match(body, /^sluice_mixer_report_records_total 4$/m);
		assert.match(body, /^sluice_mixer_report_records_rejected_total\{reason="unknown_attribute"\} 1$/m);
		assert.match(body, /^sluice_mixer_report_records_rejected_total\{reason="wrong_type"\} 1$/m);
	});

	test("refuses a batch without an origin, and bytes that are no message", async (t) => {
		const { client } = await runMixer(t, {});
		await assert.rejects(client.report(create(ReportRequestSchema, { sequence: 1n })), {
			code: status.INVALID_ARGUMENT,
			details: "origin is missing",
		});
		await assert.rejects(client.reportBytes(new Uint8Array([0x0a, 0xff])), {
			code: status.INVALID_ARGUMENT,
			details: "request: not a valid message",
		});
	});

	test("takes more than Check's 1 MiB and refuses more than 4 MiB", async (t) => {
		const { client } = await runMixer(t, {});
		const text = (megabytes: number) => "x".repeat(megabytes * 1024 * 1024);
		const three = reportBatch([]);
		three.dictionary.push(text(3));
		assert.equal((await client.report(three)).acknowledgedSequence, 1n);
		const four = reportBatch([]);
		four.dictionary.push(text(4));
		await assert.rejects(client.report(four), { code: status.RESOURCE_EXHAUSTED });
	});

	test("is not delayed by a handler that hangs, nor are the other handlers", async (t) => {
		const { adapter, records } = keeper();
		const hanging = adapterOf({ handle: () => new Promise(() => {}) });
		const { client, admin } = await runMixer(t, { adapters: [hanging, adapter], options: { graceMs: 50 } });
		for (let sequence = 1n; sequence <= 20n; sequence++) {
			await client.report(reportBatch([{ "request.method": { string: "GET" } }], { sequence }));
		}
		assert.equal(records.length, 20);
		const { body } = await admin("/metrics");
		assert.match(body, /^sluice_handler_records_pending\{handler="handler-0"\} 20$/m);
	});
});
