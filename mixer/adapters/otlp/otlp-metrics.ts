import { BoundedLabels } from "../bounded-labels.ts";
import type { MetricDefinition, MetricInstance } from "../signals.ts";
import { attributes } from "./otlp-value.ts";

/** Since the handler was opened (AGGREGATION_TEMPORALITY_CUMULATIVE): a request that is sent twice counts once. */
const CUMULATIVE = 2;

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
	readonly #startNs: string;
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

	/** The body of a request to /v1/metrics: every series that has changed since `sent`, as it is now. */
	request(resource: object, nowMs: number): object {
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
	readonly startTimeUnixNano: string;
	readonly timeUnixNano: string;
}

function metricOf(definition: MetricDefinition, series: readonly Series[], times: Times): object {
	const { name, help, type } = definition;
	const points = (of: (one: Series) => object) =>
		series.map((one) => ({ attributes: labelled(definition, one), ...times, ...of(one) }));
	const head = { name, description: help };
	switch (type) {
		case "counter": {
			const dataPoints = points(({ sum }) => ({ asDouble: sum }));
			return { ...head, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
		}
		case "gauge":
			return { ...head, gauge: { dataPoints: points(({ last }) => ({ asDouble: last })) } };
		case "distribution": {
			const explicitBounds = definition.buckets;
			const dataPoints = points(({ count, sum, buckets }) => {
				return { count: String(count), sum, bucketCounts: buckets.map(String), explicitBounds };
			});
			return { ...head, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
		}
	}
}

function labelled({ labels }: MetricDefinition, series: Series): object[] {
	return attributes(labels.map((label, i) => [label, series.labels[i] ?? ""] as const));
}

function nanoseconds(ms: number): string {
	return String(BigInt(Math.trunc(ms)) * 1_000_000n);
}
