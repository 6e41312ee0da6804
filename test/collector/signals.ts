import { otlp } from "../../mixer/adapters/otlp/otlp.ts";
import type { LogEntry, MetricDefinition, Span } from "../../mixer/adapters/signals.ts";
import { adapterEnv } from "../mixer/adapters/adapter-env.ts";

/** What is sent of each signal. */
export const metric: MetricDefinition = {
	...{ name: "requests_total", type: "counter", help: "Requests.", labels: ["host"] },
	...{ buckets: [], maxSeries: 10 },
};

export const logEntry: LogEntry = {
	...{ name: "slow", severity: "warning", timeNs: 1_700_000_000_123_456_789n },
	fields: [["path", "/books"]],
};

export const span: Span = {
	...{ name: "GET", traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "00f067aa0ba902b7" },
	...{ parentSpanId: "b7ad6b7169203331", kind: "server", status: "error" },
	...{ startNs: 1_700_000_000_123_456_789n, endNs: 1_700_000_000_133_456_789n },
	attributes: [["http.response.status_code", 503]],
	events: [{ name: "sluice.policy", timeNs: 1_700_000_000_124_000_000n, attributes: [["sluice.duration", 0.25]] }],
};

/** Sends one of each with a handler of its own. Throws where the receiver does not take them. */
export async function sendAll(config: object): Promise<void> {
	const resource = { "service.name": "collector-test" };
	const handler = await otlp.build({ ...config, resource }, { ...adapterEnv(), now: Date.now });
	handler.define?.([metric]);
	const results = [
		await handler.handle({ signal: "metric", items: [{ definition: metric, labels: ["shop"], value: 3 }] }),
		await handler.handle({ signal: "log", items: [logEntry] }),
		await handler.handle({ signal: "span", items: [span] }),
	];
	await handler.close();
	if (results.some((result) => result !== "delivered")) throw new Error(`answered ${JSON.stringify(results)}`);
}
