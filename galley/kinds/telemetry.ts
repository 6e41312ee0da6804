import * as z from "zod";
import { MAX_EXPRESSION_LENGTH } from "../cel/expression.ts";
import { checkedText } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { documentName, metricName } from "./names.ts";

/** Each is evaluated for each record. */
const MAX_ACTIONS = 100;

/** A request has one span in a trace; several rules tell requests apart, or backends. */
const MAX_SPANS = 20;

/** Prometheus keeps a series for each combination of their values. */
const MAX_LABELS = 30;

/** Far more than an access log has. */
const MAX_FIELDS = 100;

/** Far more than one backend for each purpose. */
const MAX_HANDLERS = 20;

/** A series of a distribution has a counter for each. */
const MAX_BUCKETS = 50;

/** Label combinations of one metric, at most; a distribution's take a few kilobytes each. */
const MAX_SERIES = 1_000_000;

const expression = z.string().min(1).max(MAX_EXPRESSION_LENGTH);

const handlers = z
	.array(checkedText(documentName))
	.min(1)
	.max(MAX_HANDLERS)
	.describe("The Handlers that get it, by name.");

const metric = z.strictObject({
	name: checkedText(metricName).describe("The metric's name, written in full. No other metric has it."),
	type: z
		.enum(["counter", "gauge", "distribution"])
		.describe("`counter` adds the value up, `gauge` keeps the last, `distribution` counts values by buckets."),
	help: z.string().min(1).max(200).default("Made by a Telemetry.").describe("What it counts, for who reads it."),
	match: expression.optional().describe("Only records for which this is true, and `spec.match` too."),
	value: expression.optional().describe("A number or a duration. Left out: 1, for a counter only."),
	unit: z.enum(["s", "ms"]).optional().describe("What a value that is a duration is counted in."),
	labels: z
		.record(z.string(), expression)
		.prefault({})
		.describe(`Label by name, besides those of \`spec.labels\`; at most ${MAX_LABELS} in all.`),
	buckets: z
		.array(z.number())
		.min(1)
		.max(MAX_BUCKETS)
		.optional()
		.describe("Upper bounds of a distribution's buckets, ascending."),
	maxSeries: z
		.int()
		.min(1)
		.max(MAX_SERIES)
		.default(10_000)
		.describe("Label combinations that are kept; what is over goes to one series whose labels are all `__overflow__`."),
	handlers,
});

const log = z.strictObject({
	name: checkedText(documentName).describe("What kind of entry it is: stands in each."),
	match: expression.optional().describe("Only records for which this is true, and `spec.match` too."),
	severity: z.enum(["debug", "info", "warning", "error"]).default("info").describe("Stands in each entry."),
	sampling: z.number().min(0).max(1).default(1).describe("The share of entries that is kept, chosen at random."),
	fields: z.record(z.string(), expression).describe(`Field by name, at most ${MAX_FIELDS}.`),
	handlers,
});

const span = z.strictObject({
	name: checkedText(documentName).describe("What the rule is called."),
	match: expression.optional().describe("Only records for which this is true, and `spec.match` too."),
	title: expression.default("request.method").describe("The span's name: text in CEL."),
	kind: z
		.enum(["server", "client", "internal"])
		.default("server")
		.describe("Which side of a call Envoy is: `client` in a proxy on the caller's side."),
	httpAttributes: z
		.boolean()
		.default(true)
		.describe("Whether it has OpenTelemetry's attributes of HTTP: [which](telemetry.md#spans)."),
	attributes: z
		.record(z.string(), expression)
		.prefault({})
		.describe(`Attribute by name, at most ${MAX_FIELDS}; in place of one of HTTP's that has the name.`),
	events: z
		.boolean()
		.default(true)
		.describe("Whether the decision, the quotas and the calls of the Mixer are events of it, with their times."),
	handlers,
});

/** What is made of records, and which handlers get it. */
export const telemetrySchema = documentSchema(
	"Telemetry",
	z.strictObject({
		match: expression.optional().describe("Only records for which this is true. Left out: all."),
		labels: z.record(z.string(), expression).prefault({}).describe("Labels that all its metrics have, by name."),
		metrics: z.array(metric).max(MAX_ACTIONS).default([]).describe("The metrics that it makes."),
		logs: z.array(log).max(MAX_ACTIONS).default([]).describe("The log entries that it makes."),
		spans: z
			.array(span)
			.max(MAX_SPANS)
			.default([])
			.describe(
				"The spans that it makes, one of a request each. With any, traces go on here: [Traces](telemetry.md#traces).",
			),
	}),
);

/** Names that a metric's labels cannot have; the bound of how many. */
export const LABELS = { name: /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, taken: "le", max: MAX_LABELS } as const;

/** What a log entry's fields and a span's attributes can be called; the bound of how many. */
export const FIELDS = { name: /^[a-zA-Z_][a-zA-Z0-9_.-]{0,99}$/, max: MAX_FIELDS } as const;

/** What a person wrote, with defaults; its expressions are still to be checked. */
export type TelemetryDocument = z.output<typeof telemetrySchema>;
