import type { LogRule, MetricRule, SpanRule } from "../../../galley/telemetry-rule.ts";

/** A rule for a counter of records, or for what is said otherwise. */
export function metricRule(more: Partial<MetricRule>): MetricRule {
	const common = {
		kind: "metric",
		telemetry: "t",
		name: "m",
		match: [],
		attributes: [],
		help: "h",
	} satisfies Partial<MetricRule>;
	return { ...common, type: "counter", value: "1", labels: [], buckets: [], maxSeries: 10, ...more };
}

/** A rule for an entry without fields, or for what is said otherwise. */
export function logRule(more: Partial<LogRule>): LogRule {
	const common = { kind: "log", telemetry: "t", name: "entry", match: [], attributes: [] } satisfies Partial<LogRule>;
	return { ...common, severity: "info", sampling: 1, fields: [], ...more };
}

/** A rule for a span without attributes, or for what is said otherwise. */
export function spanRule(more: Partial<SpanRule>): SpanRule {
	const common = { kind: "span", telemetry: "t", name: "span", match: [], attributes: [] } satisfies Partial<SpanRule>;
	return { ...common, title: "request.method", spanKind: "server", fields: [], events: true, ...more };
}
