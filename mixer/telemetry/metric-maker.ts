import type { MetricRule } from "../../galley/telemetry-rule.ts";
import type { MetricDefinition, MetricInstance } from "../adapters/signals.ts";
import { type AttributeName, type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import type { LabelMaker } from "./label-maker.ts";
import { inUnit, metricNumber } from "./result-value.ts";

export interface MetricMakerOptions {
	readonly rule: MetricRule;
	readonly definition: MetricDefinition;
	readonly labels: LabelMaker;
	readonly expressions: Expressions;
}

/** Makes a metric's value of a record; nothing where the record doesn't match or the value's expression has none. */
export function metricMaker(options: MetricMakerOptions): (record: TelemetryRecord) => MetricInstance | undefined {
	const { definition, labels: maker } = options;
	const readValue = valueReader(options);
	return (record) => {
		const labels = maker.labels(record);
		if (labels === null) return undefined;
		const value = readValue(record);
		return value === undefined ? undefined : { definition, labels, value };
	};
}

function valueReader({ rule, expressions }: MetricMakerOptions): (record: TelemetryRecord) => number | undefined {
	const { value: text, unit, type } = rule;
	// A counter that fell would be taken for one that began anew.
	const least = type === "counter" ? 0 : Number.NEGATIVE_INFINITY;
	const checked = (value: number | undefined) => (value !== undefined && value >= least ? value : undefined);
	const plain = expressions.plain(text);
	if (plain !== undefined) return plainReader(plain, unit, checked);
	const evaluate = expressions.evaluate(text);
	if (expressions.attributes(text).length === 0) {
		const constant = checked(metricNumber(evaluate({}), unit));
		return () => constant;
	}
	return (record) => {
		const result = evaluate(record);
		return result === undefined ? undefined : checked(metricNumber(result, unit));
	};
}

/** Numbers as they stand in the record: no CEL is needed for them. */
function plainReader(
	name: AttributeName,
	unit: "s" | "ms" | undefined,
	checked: (value: number | undefined) => number | undefined,
): (record: TelemetryRecord) => number | undefined {
	const isDuration = vocabulary[name].type === "duration";
	return (record) => {
		const value = record[name];
		if (typeof value !== "number") return undefined;
		return checked(isDuration ? inUnit(value, unit) : value);
	};
}
