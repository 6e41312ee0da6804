import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Counter } from "prom-client";
import type { Adapter, AdapterEnv } from "../../../mixer/adapters/adapter.ts";
import { buildHandlers } from "../../../mixer/report/build-handlers.ts";
import { adapterOf, KeptLog } from "../server/running-mixer.ts";
import { metricRule } from "../telemetry/rules.ts";
import { ManualClock } from "./manual-clock.ts";

function specs(adapters: readonly Adapter[]) {
	const rest = { config: {}, records: true, rules: [], queueRecords: 10, queueBytes: 1_000_000, timeoutMs: 1000 };
	return adapters.map((adapter, i) => ({ name: `h${i}`, adapter, ...rest }));
}

function surroundings() {
	const abort = new AbortController().signal;
	return { logger: new KeptLog(), clock: new ManualClock(), random: () => 0, abort };
}

/** An adapter that counts how often its handler is closed and exposes these metrics. */
function exposing(names: readonly string[]): { adapter: Adapter; closed: () => number } {
	let closed = 0;
	const plain = adapterOf({ close: async () => void closed++ });
	const build = (config: unknown, env: AdapterEnv) => {
		for (const name of names) new Counter({ name, help: name, registers: [env.metrics] });
		return plain.build(config, env);
	};
	return { adapter: { ...plain, build }, closed: () => closed };
}

describe("building handlers", () => {
	test("gives each a registry of its own, in the configuration's order", async () => {
		const handlers = await buildHandlers(specs([exposing(["a"]).adapter, exposing(["b"]).adapter]), surroundings());
		assert.deepEqual(
			handlers.map(({ queue }) => queue.name),
			["h0", "h1"],
		);
		assert.deepEqual(
			handlers.map(({ registry }) => registry.getMetricsAsArray().map(({ name }) => name)),
			[["a"], ["b"]],
		);
	});

	test("refuses two that expose one name, and closes them", async () => {
		const one = exposing(["a", "b"]);
		const two = exposing(["c", "b"]);
		await assert.rejects(buildHandlers(specs([one.adapter, two.adapter]), surroundings()), {
			name: "MixerError",
			code: "invalid",
			message: "handlers h0 and h1 both expose b: give one another prefix",
		});
		assert.deepEqual([one.closed(), two.closed()], [1, 1]);
	});

	test("names the handler and its adapter when it cannot be built", async () => {
		const broken: Adapter = {
			...adapterOf({}, "kafka"),
			build: () => {
				throw new Error("no brokers");
			},
		};
		await assert.rejects(buildHandlers(specs([broken]), surroundings()), {
			code: "invalid",
			message: "handler h0 (kafka): no brokers",
		});
	});

	test("refuses a rule for what the adapter does not take, and one metric exposed twice", async () => {
		const rules = [metricRule({ name: "a" })];
		const withRules = (adapter: Adapter) => specs([adapter, adapter]).map((spec) => ({ ...spec, rules }));
		await assert.rejects(buildHandlers(withRules(adapterOf({})), surroundings()), {
			message: "handler h0 (test): Telemetry t: a is a metric, which test does not take",
		});
		const metrics: Adapter = { ...adapterOf({}), signals: ["metric"], exposes: true };
		await assert.rejects(buildHandlers(withRules(metrics), surroundings()), {
			message: "handlers h0 and h1 both expose a: send it to one of them",
		});
	});

	test("refuses an adapter that takes no signal", async () => {
		await assert.rejects(buildHandlers(specs([{ ...adapterOf({}), signals: [] }]), surroundings()), {
			message: "handler h0 (test): the adapter test takes no signal",
		});
	});
});
