import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Batch } from "../../../mixer/adapters/adapter.ts";
import { attributeNames } from "../../../mixer/adapters/json-line.ts";
import { adapters } from "../../../mixer/adapters/registry.ts";
import type { LogEntry, MetricInstance, Span } from "../../../mixer/adapters/signals.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { OtlpReceiver } from "../../support/otlp-receiver.ts";
import { adapterEnv } from "./adapter-env.ts";

const folder = await mkdtemp(join(tmpdir(), "sluice-adapters-"));
after(() => rm(folder, { recursive: true }));

const receiver = await OtlpReceiver.start();
after(() => receiver.stop());

/** A configuration that works without anything outside, for each adapter. */
const working: Readonly<Record<string, unknown>> = {
	console: {},
	decisionlog: { file: join(folder, "decisions.jsonl") },
	jsonlog: { file: join(folder, "log.jsonl") },
	otlp: { endpoint: receiver.url },
	prometheus: {},
};

/** A record with a value of every attribute, each as hostile as its type allows. */
const hostile: TelemetryRecord = {
	"request.id": "\u0000\r\n\u001b[31m\u202e\u2028",
	"request.method": "__proto__",
	"request.url_path": "\ud800".repeat(1000),
	"request.headers": new Map([
		["__proto__", '"'],
		["constructor", "\\"],
	]),
	"request.header_values": new Map([["a", ["1", "\n"]]]),
	"request.path_segments": [],
	"request.time": -1n,
	"request.total_size": -5,
	"response.code": Number.MAX_SAFE_INTEGER,
	"response.duration": -1,
	"check.outcome": "x".repeat(10_000),
	"check.policy": "__overflow__",
};

const definition = { help: "h", labels: ["a"], buckets: [1, 2], maxSeries: 1 };
const metricInstances: readonly MetricInstance[] = (["counter", "gauge", "distribution"] as const).map((type) => {
	return { definition: { ...definition, type, name: `made_${type}` }, labels: ['\u0000"\n\\\u2028'], value: 1.5 };
});
const logEntry: LogEntry = {
	name: "entry",
	severity: "error",
	timeNs: -1n,
	fields: [
		["__proto__", "\u0000\u001b[31m\u202e"],
		["map", new Map([["__proto__", ['"', 1, true]]])],
	],
};
const span: Span = {
	...{
		name: "\u0000\ud800",
		traceId: "0af7651916cd43dd8448eb211c80319c",
		spanId: "b7ad6b7169203331",
		kind: "internal",
	},
	...{ startNs: -1n, endNs: 1n, status: "ok", attributes: logEntry.fields },
	events: [{ name: "", timeNs: -1n, attributes: logEntry.fields }],
};
const batches: readonly Batch[] = [
	...[[{}], [hostile], Array<TelemetryRecord>(500).fill(hostile)].map((items): Batch => ({ signal: "record", items })),
	{ signal: "metric", items: metricInstances },
	{ signal: "log", items: [logEntry, { ...logEntry, timeNs: undefined, fields: [] }] },
	{ signal: "span", items: [span, { ...span, parentSpanId: "00f067aa0ba902b7", attributes: [], events: [] }] },
];

test("every adapter is known by its own name and tested here", () => {
	for (const [name, adapter] of adapters) assert.equal(adapter.name, name);
	assert.deepEqual([...adapters.keys()].sort(), Object.keys(working).sort());
});

for (const [name, adapter] of adapters) {
	describe(`the adapter ${name}`, () => {
		const config = working[name];
		// What console writes is of no interest here, and would be in the way.
		const quietly = async <T>(run: () => Promise<T>): Promise<T> => {
			const write = process.stdout.write;
			process.stdout.write = (_chunk: unknown, done?: unknown) => {
				if (typeof done === "function") done();
				return true;
			};
			return run().finally(() => {
				process.stdout.write = write;
			});
		};

		test("takes a signal and describes its configuration by a schema that is closed", () => {
			assert.ok(adapter.signals.length > 0);
			assert.equal("type" in adapter.configSchema && adapter.configSchema.type, "object");
			assert.equal("additionalProperties" in adapter.configSchema && adapter.configSchema.additionalProperties, false);
		});

		test("reads attributes of the vocabulary only", () => {
			const known = new Set<string>(attributeNames());
			for (const attribute of adapter.attributes?.(config) ?? []) assert.ok(known.has(attribute), attribute);
			assert.equal((adapter.attributes?.(config).length ?? 0) > 0, adapter.signals.includes("record"));
		});

		for (const wrong of [{ nonsense: 1 }, [], null, 5, "text"]) {
			test(`refuses ${JSON.stringify(wrong)} as its configuration`, async () => {
				await assert.rejects(async () => adapter.build(wrong, adapterEnv()), { name: "MixerError", code: "invalid" });
			});
		}

		test("delivers batches of any size, with missing and with hostile values, then flushes and closes", async () => {
			await quietly(async () => {
				const handler = await adapter.build(config, adapterEnv());
				handler.define?.(metricInstances.map(({ definition }) => definition));
				for (const batch of batches.filter(({ signal }) => adapter.signals.includes(signal))) {
					const result = await handler.handle(batch);
					const items = typeof result === "string" || !("length" in result) ? [result] : result;
					for (const item of items) assert.equal(item, "delivered");
					if (items.length > 1) assert.equal(items.length, batch.items.length);
				}
				await handler.flush();
				await handler.close();
			});
		});

		test("can be built twice", async () => {
			await quietly(async () => {
				const handlers = [await adapter.build(config, adapterEnv()), await adapter.build(config, adapterEnv())];
				for (const handler of handlers) await handler.close();
			});
		});
	});
}
