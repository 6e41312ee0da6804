import type { LogRule, MetricRule, SpanRule, TelemetryRule } from "../../galley/telemetry-rule.ts";
import type { LogEntry, MetricDefinition, MetricInstance, Span } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { Expressions } from "./expressions.ts";
import { LabelMaker } from "./label-maker.ts";
import { logMaker } from "./log-maker.ts";
import { metricMaker } from "./metric-maker.ts";
import { spanMaker } from "./span-maker.ts";

/** What one record becomes; undefined where it becomes nothing. */
export interface RuleSet {
	/** One for each metric rule. */
	readonly metrics: readonly MetricDefinition[];
	readonly metricMakers: readonly ((record: TelemetryRecord) => MetricInstance | undefined)[];
	readonly logMakers: readonly ((record: TelemetryRecord) => LogEntry | undefined)[];
	readonly spanMakers: readonly ((record: TelemetryRecord) => Span | undefined)[];
}

export interface RuleSetOptions {
	/** At least 0, less than 1: which entries a sampled log keeps. */
	readonly random: () => number;
	/** What was defined before: what is unchanged stays the same object. */
	readonly before?: readonly MetricDefinition[];
}

/**
 * Compiles a handler's rules, once.
 *
 * @throws MixerError "invalid" where an expression is not sound.
 */
export function compileRules(rules: readonly TelemetryRule[], { random, before = [] }: RuleSetOptions): RuleSet {
	const metricRules = rules.filter((rule): rule is MetricRule => rule.kind === "metric");
	const logRules = rules.filter((rule): rule is LogRule => rule.kind === "log");
	const spanRules = rules.filter((rule): rule is SpanRule => rule.kind === "span");
	const expressions = new Expressions(rules.flatMap(textsOf));
	const makers = new Map<string, LabelMaker>();
	const labelMaker = (rule: MetricRule) => {
		const labels = rule.labels.map(([, text]) => text);
		const key = JSON.stringify([rule.match, labels]);
		const maker = makers.get(key) ?? new LabelMaker({ match: rule.match, labels, expressions });
		makers.set(key, maker);
		return maker;
	};
	const metrics = metricRules.map((rule) => definitionOf(rule, before));
	return {
		metrics,
		metricMakers: metricRules.map((rule, i) => {
			return metricMaker({
				rule,
				definition: metrics[i] ?? definitionOf(rule, []),
				labels: labelMaker(rule),
				expressions,
			});
		}),
		logMakers: logRules.map((rule) => logMaker({ rule, expressions, random })),
		spanMakers: spanRules.map((rule) => spanMaker({ rule, expressions })),
	};
}

function textsOf(rule: TelemetryRule): string[] {
	const named = rule.kind === "metric" ? rule.labels : rule.fields;
	const value = rule.kind === "metric" ? [rule.value] : rule.kind === "span" ? [rule.title] : [];
	return [...rule.match, ...value, ...named.map(([, text]) => text)];
}

function definitionOf(rule: MetricRule, before: readonly MetricDefinition[]): MetricDefinition {
	const { name, type, help, buckets, maxSeries } = rule;
	const definition = { name, type, help, labels: rule.labels.map(([label]) => label), buckets, maxSeries };
	const text = JSON.stringify(definition);
	return before.find((known) => JSON.stringify(known) === text) ?? definition;
}
