import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { MetricRule } from "../../../galley/telemetry-rule.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { compileRules } from "../../../mixer/telemetry/rule-set.ts";
import { examplePolicies, snapshotOf } from "../policy/policy-folder.ts";

let rules: readonly MetricRule[];

before(async () => {
	const { handlers } = await snapshotOf(examplePolicies);
	rules = handlers.flatMap((handler) => handler.rules).filter((rule) => rule.kind === "metric");
});

/** What a record counts for, by the metric's name. */
function counted(record: TelemetryRecord): Readonly<Record<string, number>> {
	const made = rules.flatMap((rule) => {
		const instance = compileRules([rule], { random: () => 0 }).metricMakers[0]?.(record);
		return instance === undefined ? [] : [[rule.name, instance.value] as const];
	});
	return Object.fromEntries(made);
}

describe("policies/istio-metrics.yaml", () => {
	const connection = {
		"context.protocol": "tcp",
		"connection.received.bytes": 7,
		"connection.sent.bytes": 9,
		"connection.mtls": true,
	} satisfies TelemetryRecord;

	for (const [event, also] of [
		["open", { istio_tcp_connections_opened_total: 1 }],
		["continue", {}],
		["close", { istio_tcp_connections_closed_total: 1 }],
	] as const) {
		test(`counts a connection's ${event} and its bytes since the record before, and no request`, () => {
			const bytes = { istio_tcp_received_bytes_total: 7, istio_tcp_sent_bytes_total: 9 };
			assert.deepEqual(counted({ ...connection, "connection.event": event }), { ...also, ...bytes });
		});
	}

	test("counts a request, and no connection", () => {
		const request = { "context.protocol": "http", "response.code": 200, "request.total_size": 3 };
		assert.deepEqual(counted(request), { istio_requests_total: 1, istio_request_bytes: 3 });
	});
});
