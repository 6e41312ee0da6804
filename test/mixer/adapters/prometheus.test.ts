import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Registry } from "prom-client";
import { prometheus } from "../../../mixer/adapters/prometheus.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { recordBatch } from "../../support/batch-records.ts";
import { adapterEnv } from "./adapter-env.ts";

async function expose(records: readonly TelemetryRecord[], config: object = {}): Promise<string[]> {
	const metrics = new Registry();
	const handler = await prometheus.build(config, adapterEnv(metrics));
	assert.equal(await handler.handle(recordBatch(records)), "delivered");
	return (await metrics.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const allowed: TelemetryRecord = {
	"request.method": "GET",
	"request.total_size": 300,
	"response.code": 200,
	"response.total_size": 5000,
	"response.duration": 4_000_000,
	"check.outcome": "allowed",
	"check.policy": "bookstore",
	"check.placement": "mixer",
	"check.rule": "books_public",
};

describe("prometheus", () => {
	test("counts requests and decisions, and distributes duration and sizes", async () => {
		const lines = await expose([allowed, allowed, { ...allowed, "check.outcome": "denied", "response.code": 403 }]);
		const labels = 'outcome="allowed",policy="bookstore"';
		for (const line of [
			`sluice_requests_total{method="GET",response_code="200",${labels}} 2`,
			'sluice_requests_total{method="GET",response_code="403",outcome="denied",policy="bookstore"} 1',
			'sluice_decisions_total{outcome="allowed",placement="mixer",policy="bookstore",rule="books_public"} 2',
			`sluice_request_duration_seconds_bucket{le="0.0025",${labels}} 0`,
			`sluice_request_duration_seconds_bucket{le="0.005",${labels}} 2`,
			`sluice_request_duration_seconds_sum{${labels}} 0.008`,
			`sluice_request_size_bytes_sum{${labels}} 600`,
			`sluice_response_size_bytes_count{${labels}} 2`,
		]) {
			assert.ok(lines.includes(line), `${line} not in\n${lines.join("\n")}`);
		}
	});

	test("gives what is absent, and methods that clients make up, labels of their own", async () => {
		const lines = await expose([{}, { "request.method": "get" }, { "request.method": "BREW" }]);
		assert.ok(lines.includes('sluice_requests_total{method="other",response_code="0",outcome="none",policy=""} 3'));
		assert.ok(lines.includes('sluice_decisions_total{outcome="none",placement="none",policy="",rule=""} 3'));
		assert.ok(!lines.some((line) => line.startsWith("sluice_request_duration_seconds_count")));
	});

	test("opens at most maxSeries series of a metric and one for the overflow, losing no count", async () => {
		const records = Array.from({ length: 50 }, (_, i) => ({ ...allowed, "check.rule": `rule-${i}` }));
		const lines = await expose([...records, ...records], { maxSeries: 10 });
		const decisions = lines.filter((line) => line.startsWith("sluice_decisions_total"));
		assert.equal(decisions.length, 11);
		const overflow = "__overflow__";
		const line = `sluice_decisions_total{outcome="${overflow}",placement="${overflow}",policy="${overflow}",rule="${overflow}"} 80`;
		assert.ok(decisions.includes(line));
		assert.equal(
			decisions.reduce((sum, entry) => sum + Number(entry.split(" ").at(-1)), 0),
			100,
		);
	});

	test("keeps values apart that only together are the same text, and cuts long ones", async () => {
		const lines = await expose([
			{ "check.policy": "a\u0000b", "check.rule": "c" },
			{ "check.policy": "a", "check.rule": "b\u0000c" },
			{ "check.rule": "x".repeat(1000) },
		]);
		assert.equal(lines.filter((line) => line.startsWith("sluice_decisions_total")).length, 3);
		assert.ok(lines.some((line) => line.includes(`rule="${"x".repeat(128)}"`)));
	});

	test("takes another prefix, so that two handlers can stand side by side", async () => {
		const lines = await expose([allowed], { prefix: "edge_" });
		assert.ok(lines.every((line) => line.startsWith("edge_")));
		await assert.rejects(async () => prometheus.build({ prefix: "1" }, adapterEnv()), { code: "invalid" });
	});

	test("counts connections and their bytes by themselves, and no connection among requests", async () => {
		const of = (event: string, received: number, sent: number): TelemetryRecord => ({
			"connection.event": event,
			"connection.received.bytes": received,
			"connection.sent.bytes": sent,
			"check.outcome": "allowed",
			"check.policy": "redis",
			"check.placement": "proxy",
		});
		const lines = await expose([of("open", 3, 0), of("continue", 10, 20), of("close", 0, 5), of("open", 0, 0)]);
		const labels = '{outcome="allowed",policy="redis"}';
		assert.deepEqual(lines, [
			`sluice_tcp_connections_opened_total${labels} 2`,
			`sluice_tcp_connections_closed_total${labels} 1`,
			`sluice_tcp_received_bytes_total${labels} 13`,
			`sluice_tcp_sent_bytes_total${labels} 25`,
		]);
	});
});
