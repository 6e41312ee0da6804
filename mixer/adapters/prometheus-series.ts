import { Counter, type CounterConfiguration, Gauge, Histogram, type LabelValues, type Registry } from "prom-client";
import { BoundedLabels } from "./bounded-labels.ts";
import type { MetricDefinition, MetricInstance } from "./signals.ts";

/** Takes one value of a series. */
type Take = (value: number) => void;

interface Shown {
	readonly bounded: BoundedLabels<Take>;
	/** By the very list of labels: whoever makes instances makes few of them. */
	readonly byList: WeakMap<readonly string[], Take>;
}

/** The metrics that Telemetries make, in a registry. */
export class DefinedMetrics {
	readonly #registry: Registry;
	#shown = new Map<MetricDefinition, Shown>();

	constructor(registry: Registry) {
		this.#registry = registry;
	}

	/** Shows these and no others; those that are shown already go on counting. */
	define(definitions: readonly MetricDefinition[]): void {
		const before = this.#shown;
		for (const definition of before.keys()) {
			if (!definitions.includes(definition)) this.#registry.removeSingleMetric(definition.name);
		}
		this.#shown = new Map(
			definitions.map((definition) => [definition, before.get(definition) ?? this.#show(definition)]),
		);
	}

	/** Nothing where the metric is not defined any more. */
	take({ definition, labels, value }: MetricInstance): void {
		const shown = this.#shown.get(definition);
		if (shown === undefined) return;
		let take = shown.byList.get(labels);
		if (take === undefined) {
			take = shown.bounded.series(labels);
			shown.byList.set(labels, take);
		}
		take(value);
	}

	#show(definition: MetricDefinition): Shown {
		const open = openerOf(definition, this.#registry);
		const bounded = new BoundedLabels<Take>({ maxSeries: definition.maxSeries, open });
		return { bounded, byList: new WeakMap() };
	}
}

type Opener = (values: readonly string[]) => Take;

/** Adds up by itself between scrapes: the library looks a series up anew for every value. */
function counterOpener(
	options: CounterConfiguration<string>,
	byName: (values: readonly string[]) => LabelValues<string>,
) {
	const open: { readonly labels: LabelValues<string>; added: number }[] = [];
	const counter = new Counter({
		...options,
		collect() {
			for (const series of open) {
				if (series.added > 0) counter.inc(series.labels, series.added);
				series.added = 0;
			}
		},
	});
	const opener: Opener = (values) => {
		const series = { labels: byName(values), added: 0 };
		open.push(series);
		counter.inc(series.labels, 0);
		return (value) => {
			series.added += value;
		};
	};
	return opener;
}

function openerOf({ name, help, type, labels, buckets }: MetricDefinition, registry: Registry) {
	const options = { name, help, labelNames: [...labels], registers: [registry] };
	const byName = (values: readonly string[]) => Object.fromEntries(labels.map((label, i) => [label, values[i] ?? ""]));
	switch (type) {
		case "counter":
			return counterOpener(options, byName);
		case "gauge": {
			const gauge = new Gauge(options);
			return (values: readonly string[]): Take => {
				const series = gauge.labels(byName(values));
				return (value) => series.set(value);
			};
		}
		case "distribution": {
			const histogram = new Histogram({ ...options, buckets: [...buckets] });
			return (values: readonly string[]): Take => {
				const series = histogram.labels(byName(values));
				return (value) => series.observe(value);
			};
		}
	}
}
