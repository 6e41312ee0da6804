import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EVENT_ATTRIBUTES, HTTP_ATTRIBUTES, SPAN_ATTRIBUTES } from "../../../galley/span-attributes.ts";
import type { SpanRule } from "../../../galley/telemetry-rule.ts";
import { type TelemetryRecord, vocabulary } from "../../../mixer/api/generated/vocabulary.ts";
import { Expressions } from "../../../mixer/telemetry/expressions.ts";
import { compileRules } from "../../../mixer/telemetry/rule-set.ts";
import { spanRule } from "./rules.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "00f067aa0ba902b7";
const parentSpanId = "b7ad6b7169203331";
const startNs = 1_700_000_000_123_456_789n;

const record: TelemetryRecord = {
	"trace.id": traceId,
	"trace.span_id": spanId,
	"trace.parent_span_id": parentSpanId,
	"trace.sampled": true,
	"request.method": "GET",
	"request.url_path": "/books",
	"request.host": "shop",
	"request.time": startNs,
	"response.code": 200,
	"response.duration": 5_000_000,
	"context.time": startNs + 6_000_000n,
};

function spanOf(rule: Partial<SpanRule>, of: TelemetryRecord) {
	const [maker] = compileRules([spanRule(rule)], { random: () => 0 }).spanMakers;
	return maker?.(of);
}

const status = (more: TelemetryRecord, kind: SpanRule["spanKind"] = "server") => {
	const span = spanOf({ spanKind: kind }, { ...record, ...more });
	return [span?.status, new Map(span?.attributes).get("error.type")];
};

describe("a span rule", () => {
	test("makes the request's own span of a record, in the trace and below the caller's", () => {
		const fields: [string, string][] = [
			["url.path", "request.url_path"],
			["route", "route.name"],
			["slow", "response.duration > duration('1s')"],
		];
		assert.deepEqual(spanOf({ title: "request.method + ' ' + request.host", fields }, record), {
			name: "GET shop",
			...{ traceId, spanId, parentSpanId, kind: "server" },
			...{ startNs, endNs: startNs + 5_000_000n, status: "unset" },
			attributes: [
				["url.path", "/books"],
				["slow", false],
			],
			events: [],
		});
	});

	test("makes the first span of a trace that begins here", () => {
		const { "trace.parent_span_id": _, ...first } = record;
		assert.equal(spanOf({}, first)?.parentSpanId, undefined);
		assert.equal(spanOf({}, first)?.spanId, spanId);
	});

	for (const [what, more] of [
		["of a trace that is not sampled", { "trace.sampled": false }],
		["without a span of its own", { "trace.span_id": undefined }],
		["that does not match", { "request.method": "POST" }],
		["whose trace id is none", { "trace.id": traceId.toUpperCase() }],
		["whose trace id is hidden", { "trace.id": "[redacted]" }],
		["whose span id is none", { "trace.span_id": "0".repeat(16) }],
	] as const) {
		test(`makes nothing of a record ${what}`, () => {
			const { "trace.span_id": _, ...others } = record;
			const own = "trace.span_id" in more && more["trace.span_id"] === undefined ? others : { ...record, ...more };
			assert.equal(spanOf({ match: ['request.method == "GET"'] }, own), undefined);
		});
	}

	test("is named for its rule where the title has no value", () => {
		assert.equal(spanOf({ title: "route.name", name: "requests" }, record)?.name, "requests");
	});

	test("ends no earlier than it starts, and with the record where no response ended it", () => {
		const { "response.duration": _, ...cut } = record;
		assert.equal(spanOf({}, cut)?.endNs, startNs + 6_000_000n);
		assert.equal(spanOf({}, { ...record, "response.duration": -1 })?.endNs, startNs);
		assert.equal(spanOf({}, { ...record, "request.time": -1n })?.startNs, startNs + 6_000_000n);
	});

	test("is one of an error where the server failed, not where the client did", () => {
		assert.deepEqual(status({ "response.code": 404 }), ["unset", undefined]);
		assert.deepEqual(status({ "response.code": 503 }), ["error", "503"]);
		assert.deepEqual(status({ "response.code": 404 }, "client"), ["error", "404"]);
		assert.deepEqual(status({ "response.grpc_status": 5 }), ["unset", undefined]);
		assert.deepEqual(status({ "response.grpc_status": 14 }), ["error", "14"]);
		assert.deepEqual(status({ "response.grpc_status": 5 }, "client"), ["error", "5"]);
		const details = "downstream_remote_disconnect";
		assert.deepEqual(status({ "response.code": 0, "response.code_details": details }), ["error", details]);
		assert.deepEqual(status({ "response.code": 0 }), ["error", "_OTHER"]);
	});

	test("has the decision, the quotas and the calls of the Mixer as events, each at its end", () => {
		const more: TelemetryRecord = {
			...{ "check.time": startNs + 100n, "check.duration": 2_000_000, "check.callout_duration": 1_500_000 },
			...{ "check.outcome": "allowed", "check.policy": "bookstore", "check.placement": "mixer" },
			...{ "quota.duration": 1_000_000, "quota.callout_duration": 900_000, "quota.name": "reads" },
		};
		assert.deepEqual(spanOf({}, { ...record, ...more })?.events, [
			{
				...{ name: "sluice.callout", timeNs: startNs + 1_500_100n },
				attributes: [
					["sluice.duration", 0.0015],
					["rpc.method", "sluice.mixer.v1.Mixer/Check"],
				],
			},
			{
				...{ name: "sluice.policy", timeNs: startNs + 2_000_100n },
				attributes: [
					["sluice.duration", 0.002],
					["sluice.check.outcome", "allowed"],
					["sluice.check.policy", "bookstore"],
					["sluice.check.placement", "mixer"],
				],
			},
			{
				...{ name: "sluice.callout", timeNs: startNs + 3_000_100n },
				attributes: [
					["sluice.duration", 0.0009],
					["rpc.method", "sluice.mixer.v1.Mixer/Allocate"],
				],
			},
			{
				...{ name: "sluice.quota", timeNs: startNs + 3_000_100n },
				attributes: [
					["sluice.duration", 0.001],
					["sluice.quota.name", "reads"],
				],
			},
		]);
		assert.deepEqual(spanOf({ events: false }, { ...record, ...more })?.events, []);
	});

	test("bounds what a client can make long", () => {
		const fields: [string, string][] = [
			["path", "request.url_path"],
			["headers", "request.headers"],
		];
		const long = "x".repeat(60_000);
		const hostile = { ...record, "request.url_path": long, "request.headers": new Map([["a", long]]) };
		assert.deepEqual(spanOf({ title: "request.url_path", fields }, hostile)?.attributes, [
			["path", "x".repeat(1024)],
			["headers", new Map([["a", "x".repeat(1024)]])],
		]);
		assert.equal(spanOf({ title: "request.url_path" }, hostile)?.name.length, 1024);
	});

	test("asks for attributes that there are, and OpenTelemetry's of HTTP are sound", () => {
		for (const name of [...SPAN_ATTRIBUTES, ...EVENT_ATTRIBUTES]) assert.ok(Object.hasOwn(vocabulary, name), name);
		const texts = Object.values(HTTP_ATTRIBUTES);
		const expressions = new Expressions(texts);
		for (const text of texts) assert.deepEqual(expressions.attributes(text), [text]);
	});
});
