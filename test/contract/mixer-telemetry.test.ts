import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { adapterOf, runMixer } from "../mixer/server/running-mixer.ts";
import { metricLines } from "../support/metric-lines.ts";
import { OtlpReceiver } from "../support/otlp-receiver.ts";
import { scaled } from "../support/scale.ts";

const BATCHES = scaled({ quick: 40, full: 1000 });
const BATCH_RECORDS = 50;
const REQUESTS = BATCHES * BATCH_RECORDS;
const HANDLERS = ["metrics", "lines", "collector"];

test("every request counts once at each sound backend, while one fails every second call and one hangs", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "sluice-telemetry-"));
	t.after(() => rm(folder, { recursive: true }));
	const receiver = await OtlpReceiver.start();
	t.after(() => receiver.stop());
	receiver.answers.push(...Array.from({ length: 10_000 }, (_, i) => ({ status: i % 2 === 0 ? 503 : 200 })));
	const log = join(folder, "log.jsonl");
	const dir = await configurationFolder(t, { "all.yaml": configuration({ log, endpoint: receiver.url }) });
	const sound = handlerSpecs(await loadConfiguration(dir, { stderr: process.stderr }));
	const hanging = adapterOf({ handle: () => new Promise(() => {}) });
	const common = { config: {}, records: true, rules: [], queueRecords: 100, queueBytes: 1_000_000, timeoutMs: 100 };
	const handlers = [...sound, { name: "hangs", adapter: hanging, ...common }];
	const { client, admin, mixer } = await runMixer(t, { options: { handlers } });

	for (let i = 0; i < BATCHES; i++) await client.report(batchOf(i));

	const metrics = async () => (await admin("/metrics")).body;
	const delivered = async () => {
		const lines = metricLines(await metrics(), "sluice_handler_records_delivered_total");
		return HANDLERS.every((name) => lines.some(({ labels, value }) => labels.handler === name && value === REQUESTS));
	};
	await waitUntil({ what: "all records at the sound backends", timeoutMs: 60_000, probe: delivered });
	const text = await metrics();
	for (const name of ["shop_requests_total", "shop_seconds_count"]) {
		assert.deepEqual(
			metricLines(text, name)
				.map(({ labels, value }) => [labels.method, value])
				.sort(),
			[
				["GET", REQUESTS / 2],
				["POST", REQUESTS / 2],
			],
			name,
		);
	}
	const ids = (await readFile(log, "utf8"))
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line).fields.id);
	assert.deepEqual([ids.length, new Set(ids).size], [REQUESTS, REQUESTS]);
	assert.deepEqual(lastSums(receiver.requests), { GET: REQUESTS / 2, POST: REQUESTS / 2 });
	const of = (what: string) => {
		const lines = metricLines(text, `sluice_handler_records_${what}`);
		return lines.reduce((sum, { labels, value }) => sum + (labels.handler === "hangs" ? value : 0), 0);
	};
	assert.equal(of("received_total"), REQUESTS);
	assert.equal(
		of("dropped_total") + of("pending"),
		REQUESTS,
		"what hangs has taken nothing, and all of it is accounted for",
	);
	await mixer.stop();
});

/** The last sum of each method that the receiver has taken; it took every second request. */
function lastSums(requests: OtlpReceiver["requests"]): Record<string, number> {
	const sums: Record<string, number> = {};
	for (const { body } of requests.filter((_, i) => i % 2 === 1)) {
		const points = JSON.stringify(body).matchAll(/"asDouble":(\d+),"attributes":[^\]]*"stringValue":"(GET|POST)"/g);
		for (const [, sum, method = ""] of points) sums[method] = Number(sum);
	}
	return sums;
}

function batchOf(number: number) {
	const records = Array.from({ length: BATCH_RECORDS }, (_, i) => ({
		"request.id": { string: `${number}-${i}` },
		"request.method": { string: i % 2 === 0 ? "GET" : "POST" },
		"response.duration": { durationNs: 1_000_000n },
		"context.time": { timestampNs: 1_700_000_000_000_000_000n },
	}));
	return reportBatch(records, { sequence: BigInt(number + 1) });
}

function configuration({ log, endpoint }: { log: string; endpoint: string }): string {
	const head = (kind: string, name: string) =>
		`---\napiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
	return `${policyYaml("books")}${head("Handler", "metrics")}spec: {adapter: prometheus, queue: 100000}
${head("Handler", "lines")}spec: {adapter: jsonlog, queue: 100000, records: false, config: {file: ${log}}}
${head("Handler", "collector")}spec: {adapter: otlp, queue: 100000, config: {endpoint: "${endpoint}"}}
${head("Telemetry", "shop")}spec:
  labels: {method: request.method}
  metrics:
    - {name: shop_requests_total, type: counter, handlers: [metrics]}
    - {name: shop_pushed_total, type: counter, handlers: [collector]}
    - {name: shop_seconds, type: distribution, value: response.duration, unit: s, buckets: [1], handlers: [metrics]}
  logs:
    - {name: requests, fields: {id: request.id}, handlers: [lines]}
`;
}
