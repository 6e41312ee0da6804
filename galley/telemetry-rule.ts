import * as z from "zod";

const named = z.array(z.tuple([z.string(), z.string()]));

const common = {
	/** The Telemetry it stands in. */
	telemetry: z.string(),
	name: z.string(),
	/** Expressions that all have to be true. */
	match: z.array(z.string()),
	/** Every attribute that it reads. */
	attributes: z.array(z.string()),
};

const metricRule = z.object({
	kind: z.literal("metric"),
	...common,
	type: z.enum(["counter", "gauge", "distribution"]),
	help: z.string(),
	value: z.string(),
	unit: z.enum(["s", "ms"]).exactOptional(),
	/** Name and expression each. */
	labels: named,
	buckets: z.array(z.number()),
	maxSeries: z.int(),
});

const logRule = z.object({
	kind: z.literal("log"),
	...common,
	severity: z.enum(["debug", "info", "warning", "error"]),
	sampling: z.number(),
	/** Name and expression each. */
	fields: named,
});

const spanRule = z.object({
	kind: z.literal("span"),
	...common,
	/** The expression that names each span. */
	title: z.string(),
	spanKind: z.enum(["server", "client", "internal"]),
	/** Name and expression each, those that every span of HTTP has among them. */
	fields: named,
	/** Whether the decision, the quotas and their callouts are events of it. */
	events: z.boolean(),
});

/** Reads rules back that were kept as JSON. */
export const telemetryRuleSchema = z.discriminatedUnion("kind", [metricRule, logRule, spanRule]);

/** What a handler makes of records for a metric. Its expressions are sound. */
export type MetricRule = z.output<typeof metricRule>;

/** What a handler makes of records for a log. Its expressions are sound. */
export type LogRule = z.output<typeof logRule>;

/** What a handler makes of records for a span. Its expressions are sound. */
export type SpanRule = z.output<typeof spanRule>;

/** One action of a Telemetry, for one handler. */
export type TelemetryRule = MetricRule | LogRule | SpanRule;
