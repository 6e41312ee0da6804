import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedLabels } from "../bounded-labels.ts";
import type { MetricDefinition, MetricInstance } from "../signals.ts";
import {
	AggregationTemporality,
	type MetricSchema,
} from "./api/generated/opentelemetry/proto/metrics/v1/metrics_pb.js";
import type { MetricsRequest, Resource } from "./otlp-signal.ts";
import { attributes, type KeyValue } from "./otlp-value.ts";

/** Since the handler was opened: a request that is sent twice counts once. */
const CUMULATIVE = AggregationTemporality.CUMULATIVE;

interface Series {
	readonly labels: readonly string[];
	count: number;
	sum: number;
	last: number;
	/** Values up to each bound, and one for those over all. */
	readonly buckets: number[];
}

/** Sums of all values since the handler was opened, of the metrics that are defined. */
export class OtlpMetrics {
	readonly #startNs: bigint;
	#series = new Map<MetricDefinition, BoundedLabels<Series>>();
	readonly #unsent = new Map<MetricDefinition, Set<Series>>();

	constructor(startMs: number) {
		this.#startNs = nanoseconds(startMs);
	}

	define(definitions: readonly MetricDefinition[]): void {
		const before = this.#series;
		this.#series = new Map(definitions.map((definition) => [definition, before.get(definition) ?? opened(definition)]));
		for (const definition of this.#unsent.keys()) if (!this.#series.has(definition)) this.#unsent.delete(definition);
	}

	/** Adds these up; instances of what is not defined any more are nothing. */
	add(instances: readonly MetricInstance[]): void {
		for (const { definition, labels, value } of instances) {
			const series = this.#series.get(definition)?.series(labels);
			if (series === undefined) continue;
			take(series, definition.buckets, value);
			const others = this.#unsent.get(definition) ?? new Set<Series>();
			this.#unsent.set(definition, others.add(series));
		}
	}

	/** Whether anything has changed since `sent`. */
	get isUnsent(): boolean {
		return this.#unsent.size > 0;
	}

	/** The receiver has what the last request said. */
	sent(): void {
		this.#unsent.clear();
	}

	/** A request with every series that has changed since `sent`, as it is now. */
	request(resource: Resource, nowMs: number): MetricsRequest {
		const times = { startTimeUnixNano: this.#startNs, timeUnixNano: nanoseconds(nowMs) };
		const metrics = Array.from(this.#unsent, ([definition, some]) => metricOf(definition, [...some], times));
		return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "sluice" }, metrics }] }] };
	}
}

function opened({ buckets, maxSeries }: MetricDefinition): BoundedLabels<Series> {
	const open = (labels: readonly string[]): Series => {
		return { labels, count: 0, sum: 0, last: 0, buckets: Array<number>(buckets.length + 1).fill(0) };
	};
	return new BoundedLabels({ maxSeries, open });
}

function take(series: Series, bounds: readonly number[], value: number): void {
	const over = bounds.findIndex((bound) => value <= bound);
	const bucket = over < 0 ? bounds.length : over;
	series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
	series.count++;
	series.sum += value;
	series.last = value;
}

interface Times {
	readonly startTimeUnixNano: bigint;
	readonly timeUnixNano: bigint;
}

type Metric = MessageInitShape<typeof MetricSchema>;

function metricOf(definition: MetricDefinition, series: readonly Series[], times: Times): Metric {
	const { name, help: description, type, buckets: explicitBounds } = definition;
	const common = (one: Series) => ({ attributes: labelled(definition, one), ...times });
	const numbers = (of: (one: Series) => number) =>
		series.map((one) => ({ ...common(one), value: { case: "asDouble" as const, value: of(one) } }));
	switch (type) {
		case "counter": {
			const dataPoints = numbers(({ sum }) => sum);
			const value = { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints };
			return { name, description, data: { case: "sum", value } };
		}
		case "gauge":
			return { name, description, data: { case: "gauge", value: { dataPoints: numbers(({ last }) => last) } } };
		case "distribution": {
			const dataPoints = series.map((one) => {
				const { count, sum, buckets } = one;
				const bucketCounts = buckets.map(BigInt);
				return { ...common(one), count: BigInt(count), sum, bucketCounts, explicitBounds: [...explicitBounds] };
			});
			return {
				name,
				description,
				data: { case: "histogram", value: { aggregationTemporality: CUMULATIVE, dataPoints } },
			};
		}
	}
}

function labelled({ labels }: MetricDefinition, series: Series): KeyValue[] {
	return attributes(labels.map((label, i) => [label, series.labels[i] ?? ""] as const));
}

function nanoseconds(ms: number): bigint {
	return BigInt(Math.trunc(ms)) * 1_000_000n;
}
