import { z } from "zod";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Adapter } from "./adapter.ts";
import { jsonSchema, parseConfig } from "./config.ts";
import { CONNECTION_ATTRIBUTES, connectionMetrics } from "./prometheus-connections.ts";
import { requestMetrics } from "./prometheus-metrics.ts";
import { DefinedMetrics } from "./prometheus-series.ts";

const configuration = z.strictObject({
	prefix: z
		.string()
		.regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
		.default("sluice_")
		.meta({ description: "What the metrics' names begin with." }),
	maxSeries: z
		.int()
		.min(1)
		.max(1_000_000)
		.default(10_000)
		.meta({ description: "Label combinations of one metric; what is over goes to one overflow series." }),
});

/** Metrics of requests, connections and decisions at the Mixer's /metrics. */
export const prometheus: Adapter = {
	name: "prometheus",
	signals: ["record", "metric"],
	exposes: true,
	configSchema: jsonSchema(configuration),
	attributes: () => [
		"request.method",
		"request.total_size",
		"response.code",
		"response.total_size",
		"response.duration",
		"check.outcome",
		"check.policy",
		"check.placement",
		"check.rule",
		...CONNECTION_ATTRIBUTES,
	],
	build(config, env) {
		const options = parseConfig(configuration, config);
		const request = requestMetrics(env.metrics, options);
		const connection = connectionMetrics(env.metrics, options);
		const record = (item: TelemetryRecord) => (item["connection.event"] === undefined ? request : connection)(item);
		const defined = new DefinedMetrics(env.metrics);
		return {
			define: (metrics) => defined.define(metrics),
			handle(batch) {
				if (batch.signal === "record") for (const item of batch.items) record(item);
				if (batch.signal === "metric") for (const item of batch.items) defined.take(item);
				return "delivered";
			},
			async flush() {},
			async close() {},
		};
	},
};
