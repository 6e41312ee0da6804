import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Registry } from "prom-client";
import { DefinedMetrics } from "../../../mixer/adapters/prometheus-series.ts";
import type { MetricDefinition } from "../../../mixer/adapters/signals.ts";

function definition(more: Partial<MetricDefinition>): MetricDefinition {
	return { name: "m", type: "counter", help: "h", labels: ["host"], buckets: [], maxSeries: 100, ...more };
}

function start(...definitions: readonly MetricDefinition[]) {
	const registry = new Registry();
	const metrics = new DefinedMetrics(registry);
	metrics.define(definitions);
	const lines = async () =>
		(await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return { metrics, lines };
}

describe("metrics that a Telemetry makes", () => {
	test("add up, keep the last, and count by buckets", async () => {
		const counter = definition({ name: "counted" });
		const gauge = definition({ name: "level", type: "gauge" });
		const distribution = definition({ name: "took", type: "distribution", buckets: [1, 10], labels: [] });
		const { metrics, lines } = start(counter, gauge, distribution);
		for (const value of [2, 5]) {
			metrics.take({ definition: counter, labels: ["a"], value });
			metrics.take({ definition: gauge, labels: ["a"], value });
			metrics.take({ definition: distribution, labels: [], value });
		}
		assert.deepEqual(await lines(), [
			'counted{host="a"} 7',
			'level{host="a"} 5',
			'took_bucket{le="1"} 0',
			'took_bucket{le="10"} 2',
			'took_bucket{le="+Inf"} 2',
			"took_sum 7",
			"took_count 2",
		]);
	});

	test("have one series for what is over the limit, and lose no count", async () => {
		const counted = definition({ maxSeries: 3 });
		const { metrics, lines } = start(counted);
		for (let i = 0; i < 10; i++) metrics.take({ definition: counted, labels: [`host-${i}`], value: 1 });
		assert.deepEqual(await lines(), [...[0, 1, 2].map((i) => `m{host="host-${i}"} 1`), 'm{host="__overflow__"} 7']);
	});

	test("go on counting where they are unchanged, begin anew where they are another, and go where they are gone", async () => {
		const [kept, changed, gone] = ["kept", "changed", "gone"].map((name) => definition({ name }));
		assert.ok(kept && changed && gone);
		const { metrics, lines } = start(kept, changed, gone);
		for (const one of [kept, changed, gone]) metrics.take({ definition: one, labels: ["a"], value: 1 });
		const other = definition({ name: "changed", type: "gauge" });
		metrics.define([kept, other]);
		for (const one of [kept, changed, gone, other]) metrics.take({ definition: one, labels: ["a"], value: 1 });
		assert.deepEqual(await lines(), ['kept{host="a"} 2', 'changed{host="a"} 1']);
	});
});
