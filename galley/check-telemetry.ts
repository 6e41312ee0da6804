import type { Expression, ExpressionReader } from "./cel/expression.ts";
import { type FieldPath, showValue } from "./field-path.ts";
import { FIELDS, LABELS, type TelemetryDocument } from "./kinds/telemetry.ts";
import type { Problem } from "./problem.ts";
import { EVENT_ATTRIBUTES, HTTP_ATTRIBUTES, SPAN_ATTRIBUTES } from "./span-attributes.ts";
import type { LogRule, MetricRule, SpanRule, TelemetryRule } from "./telemetry-rule.ts";

type Spec = TelemetryDocument["spec"];
type Metric = Spec["metrics"][number];
type Log = Spec["logs"][number];
type Span = Spec["spans"][number];

/** One action with where it goes. */
export interface CheckedRule {
	readonly rule: TelemetryRule;
	readonly handlers: readonly string[];
}

/** What a Telemetry does, each expression checked; or everything that is wrong with it. */
export function checkTelemetry(
	document: TelemetryDocument,
	reader: ExpressionReader,
): { rules: CheckedRule[]; problems: Problem[] } {
	const check = new TelemetryCheck(document.metadata.name, reader);
	const rules = check.rules(document.spec);
	return { rules, problems: check.problems };
}

/** The attribute that is an entry's time. */
const TIME = "context.time";

const NUMBERS = ["int", "uint", "double"];

/** CEL's types that have a text of their own. */
const SCALARS = ["string", "bool", ...NUMBERS];

class TelemetryCheck {
	readonly problems: Problem[] = [];
	readonly #telemetry: string;
	readonly #reader: ExpressionReader;

	constructor(telemetry: string, reader: ExpressionReader) {
		this.#telemetry = telemetry;
		this.#reader = reader;
	}

	rules(spec: Spec): CheckedRule[] {
		const match = this.#match(spec.match, ["spec", "match"]);
		const labels = this.#labels(spec.labels, ["spec", "labels"]);
		const metrics = spec.metrics.map((metric, i): CheckedRule => {
			return { rule: this.#metric(metric, { path: ["spec", "metrics", i], match, labels }), handlers: metric.handlers };
		});
		const logs = spec.logs.map((log, i): CheckedRule => {
			return { rule: this.#log(log, { path: ["spec", "logs", i], match }), handlers: log.handlers };
		});
		const spans = spec.spans.map((span, i): CheckedRule => {
			return { rule: this.#span(span, { path: ["spec", "spans", i], match }), handlers: span.handlers };
		});
		return [...metrics, ...logs, ...spans];
	}

	#metric(metric: Metric, whole: { path: FieldPath; match: Uses; labels: Named }): MetricRule {
		const { name, type, help, unit, buckets = [], maxSeries } = metric;
		const { path } = whole;
		const match = this.#match(metric.match, [...path, "match"]);
		const labels = this.#labels(metric.labels, [...path, "labels"]);
		for (const [label] of whole.labels.entries) {
			if (Object.hasOwn(metric.labels, label)) this.#fault([...path, "labels", label], "stands in spec.labels as well");
		}
		const all = [...whole.labels.entries, ...labels.entries];
		if (all.length > LABELS.max) this.#fault([...path, "labels"], `makes ${all.length} labels: at most ${LABELS.max}`);
		const value = this.#value(metric, path);
		this.#buckets(metric, path);
		return {
			kind: "metric",
			...this.#common(name, [whole.match, match], [value.attributes, whole.labels.attributes, labels.attributes]),
			...{ type, help, value: value.text, labels: all, buckets, maxSeries },
			...(unit !== undefined && { unit }),
		};
	}

	#log(log: Log, whole: { path: FieldPath; match: Uses }): LogRule {
		const { name, severity, sampling } = log;
		const { path } = whole;
		const match = this.#match(log.match, [...path, "match"]);
		const fields = this.#fields(log.fields, [...path, "fields"], "a field");
		return {
			kind: "log",
			...this.#common(name, [whole.match, match], [fields.attributes, [TIME]]),
			...{ severity, sampling, fields: fields.entries },
		};
	}

	#span(span: Span, whole: { path: FieldPath; match: Uses }): SpanRule {
		const { name, title, kind: spanKind, events } = span;
		const { path } = whole;
		const match = this.#match(span.match, [...path, "match"]);
		const titled = this.#expression(title, [...path, "title"], (type) => mustBe(type, ["string"], "text"));
		const written = this.#fields(span.attributes, [...path, "attributes"], "an attribute");
		// Sound, and of this vocabulary: a test reads them all.
		const given = span.httpAttributes ? HTTP_ATTRIBUTES : {};
		const readsOf = Object.entries(given).flatMap(([field, text]) =>
			Object.hasOwn(span.attributes, field) ? [] : [text],
		);
		const reads = [titled?.attributes ?? [], written.attributes, readsOf, SPAN_ATTRIBUTES];
		return {
			kind: "span",
			...this.#common(name, [whole.match, match], [...reads, events ? EVENT_ATTRIBUTES : []]),
			...{ title, spanKind, events, fields: Object.entries({ ...given, ...span.attributes }) },
		};
	}

	#fields(fields: Readonly<Record<string, string>>, path: FieldPath, what: string): Named {
		return this.#named(fields, path, {
			...FIELDS,
			what: `${what}'s name: letters, digits, underscores, dots and hyphens`,
			type: (type) =>
				/^(dyn|type|null|optional<.*)$/.test(type) ? "has no certain type: it must have one" : undefined,
		});
	}

	#common(name: string, matches: readonly Uses[], attributes: readonly (readonly string[])[]) {
		const all = [...matches.flatMap((match) => match.attributes), ...attributes.flat()];
		const match = matches.flatMap(({ texts }) => texts);
		return { telemetry: this.#telemetry, name, match, attributes: [...new Set(all)].sort() };
	}

	#match(text: string | undefined, path: FieldPath): Uses {
		if (text === undefined) return { texts: [], attributes: [] };
		const expression = this.#expression(text, path, (type) => mustBe(type, ["bool"], "true or false"));
		return { texts: [text], attributes: expression?.attributes ?? [] };
	}

	#labels(labels: Readonly<Record<string, string>>, path: FieldPath): Named {
		return this.#named(labels, path, {
			...LABELS,
			what: "a label's name: letters, digits and underscores",
			type: (type) => mustBe(type, SCALARS, "text, a number or a bool: string() makes text of other values"),
		});
	}

	#value(metric: Metric, path: FieldPath): { text: string; attributes: readonly string[] } {
		const { value, unit, type } = metric;
		if (value === undefined) {
			if (type !== "counter") this.#fault([...path, "value"], `is missing: a ${type} needs one`);
			return { text: "1", attributes: [] };
		}
		const expression = this.#expression(value, [...path, "value"], (of) => {
			return mustBe(of, [...NUMBERS, "google.protobuf.Duration"], "a number or a duration");
		});
		const isDuration = expression?.type === "google.protobuf.Duration";
		if (isDuration && unit === undefined)
			this.#fault([...path, "unit"], "is missing: the value is a duration, write s or ms");
		const isNumber = expression !== undefined && !isDuration;
		if (isNumber && unit !== undefined) this.#fault([...path, "unit"], "must be left out: the value is no duration");
		return { text: value, attributes: expression?.attributes ?? [] };
	}

	#buckets({ type, buckets }: Metric, path: FieldPath): void {
		const at = [...path, "buckets"];
		if (type === "distribution" && buckets === undefined) this.#fault(at, "is missing: a distribution needs them");
		if (type !== "distribution" && buckets !== undefined) this.#fault(at, `must be left out: a ${type} has none`);
		const wrong = (buckets ?? []).findIndex((bound, i, all) => i > 0 && bound <= (all[i - 1] ?? bound));
		if (wrong > 0) this.#fault([...at, wrong], `${buckets?.[wrong]} must be more than the bound before it`);
	}

	#named(texts: Readonly<Record<string, string>>, path: FieldPath, rule: NameRule): Named {
		const entries = Object.entries(texts);
		if (entries.length > rule.max) this.#fault(path, `has ${entries.length} entries: at most ${rule.max}`);
		const attributes = entries.flatMap(([name, text]) => {
			if (!rule.name.test(name) || name === rule.taken) this.#fault([...path, name], `must be ${rule.what}`, "key");
			return this.#expression(text, [...path, name], rule.type)?.attributes ?? [];
		});
		return { entries, attributes };
	}

	#expression(text: string, path: FieldPath, type: TypeRule): Expression | undefined {
		const read = this.#reader.read(text);
		if (!read.ok) {
			for (const fault of read.faults) this.problems.push({ code: "bad_expression", path, at: "value", ...fault });
			return undefined;
		}
		const fault = type(read.expression.type);
		if (fault !== undefined) this.#fault(path, `${showValue(text)} ${fault}`);
		return fault === undefined ? read.expression : undefined;
	}

	#fault(path: FieldPath, text: string, at: "key" | "value" = "value"): void {
		this.problems.push({ code: "wrong_value", path, at, text });
	}
}

interface Uses {
	readonly texts: readonly string[];
	readonly attributes: readonly string[];
}

interface Named {
	readonly entries: [string, string][];
	readonly attributes: readonly string[];
}

/** What is wrong with a type; undefined where nothing is. */
type TypeRule = (type: string) => string | undefined;

interface NameRule {
	readonly name: RegExp;
	readonly taken?: string;
	readonly max: number;
	readonly what: string;
	readonly type: TypeRule;
}

function mustBe(type: string, allowed: readonly string[], inWords: string): string | undefined {
	if (allowed.includes(type)) return undefined;
	return `is of type ${type.replace("google.protobuf.", "").toLowerCase()} and must be ${inWords}`;
}
