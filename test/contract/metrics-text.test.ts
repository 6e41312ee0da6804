import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, test } from "node:test";
import { Registry } from "prom-client";
import { z } from "zod";
import { prometheus } from "../../mixer/adapters/prometheus.ts";
import type { MetricDefinition } from "../../mixer/adapters/signals.ts";
import type { TelemetryRecord } from "../../mixer/api/generated/vocabulary.ts";
import { MixerMetrics } from "../../mixer/observe/metrics.ts";
import { adapterEnv } from "../mixer/adapters/adapter-env.ts";
import { recordBatch } from "../support/batch-records.ts";
import { goPeer } from "../support/go-peer.ts";

const Sample = z.object({
	name: z.string(),
	type: z.string(),
	labels: z.record(z.string(), z.string()),
	value: z.number(),
});

const peer = await goPeer("prometheus-text");
const skip = peer.missing ?? false;

/** Values of labels that the text format has to escape, or that look like parts of it. */
const NASTY = ["", 'a"b', "a\\b", "a\nb", "\\n", '"} 1', "# HELP x", "é→😀", "a,b=c", " "];

/** What Prometheus' own parser makes of a text. Rejects with what it says where it is none. */
async function parsed(text: string) {
	const child = spawn(peer.program ?? "", { stdio: ["pipe", "pipe", "pipe"] });
	child.stdin.end(text);
	const [said, failure] = await Promise.all([allOf(child.stdout), allOf(child.stderr)]);
	assert.equal(failure, "");
	const lines = said.split("\n").filter((line) => line !== "");
	return lines.map((line) => Sample.parse(JSON.parse(line)));
}

async function allOf(stream: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

describe("/metrics, read by Prometheus' own parser", { skip }, () => {
	test("has every record once in each metric, whatever its labels are", async () => {
		const registry = new Registry();
		const handler = await prometheus.build({}, adapterEnv(registry));
		const records = Array.from({ length: 1000 }, (_, i): TelemetryRecord => {
			const rule = NASTY[i % NASTY.length] ?? "";
			return {
				...{ "request.method": "GET", "request.total_size": 200 + i, "response.code": i % 7 === 0 ? 403 : 200 },
				...{ "response.duration": i * 1_000_000, "response.total_size": 10 * i, "check.outcome": "allowed" },
				...{ "check.policy": "shop", "check.placement": "proxy", "check.rule": rule },
			};
		});
		await handler.handle(recordBatch(records));
		const samples = await parsed(await registry.metrics());
		const sum = (name: string) =>
			samples.filter((sample) => sample.name === name).reduce((all, { value }) => all + value, 0);
		for (const name of ["requests_total", "decisions_total", "request_duration_seconds", "request_size_bytes"]) {
			assert.equal(sum(`sluice_${name}`), 1000, name);
		}
		const rules = samples
			.filter(({ name }) => name === "sluice_decisions_total")
			.map(({ labels }) => labels.rule ?? "");
		assert.deepEqual(rules.sort(), NASTY.toSorted());
	});

	test("has what Telemetries make, of every type", async () => {
		const registry = new Registry();
		const handler = await prometheus.build({}, adapterEnv(registry));
		const definitions = (["counter", "gauge", "distribution"] as const).map((type): MetricDefinition => {
			return {
				name: `m_${type}`,
				type,
				help: 'a "help"\nof \\ two lines',
				labels: ["a"],
				buckets: [1, 2],
				maxSeries: 10,
			};
		});
		handler.define?.(definitions);
		const items = definitions.flatMap((definition) => {
			return [1, 2, 3].map((value) => ({ definition, labels: ["x"], value }));
		});
		await handler.handle({ signal: "metric", items });
		const found = (await parsed(await registry.metrics()))
			.filter(({ name }) => name.startsWith("m_"))
			.map(({ name, type, value }) => `${name} ${type} ${value}`);
		assert.deepEqual(found.sort(), ["m_counter COUNTER 6", "m_distribution HISTOGRAM 3", "m_gauge GAUGE 3"]);
	});

	test("has the Mixer's own", async () => {
		const metrics = new MixerMetrics({ name: "sluice", version: "0.1.0", node: "24" });
		const dropped = new Map([["queue_full", 2]]);
		metrics.handlers(
			() => new Map([['a "log"', { received: 7, delivered: 4, pending: 1, dropped }]]),
			() => new Map(),
		);
		const samples = await parsed(await metrics.registry.metrics());
		const found = samples.filter(({ name }) => name.startsWith("sluice_handler_records_"));
		assert.deepEqual(found.map(({ name, value }) => `${name.replace("sluice_handler_records_", "")} ${value}`).sort(), [
			"delivered_total 4",
			"dropped_total 2",
			"pending 1",
			"received_total 7",
		]);
		assert.ok(found.every(({ labels }) => labels.handler === 'a "log"'));
	});
});
