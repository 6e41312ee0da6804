import type { Registry } from "prom-client";
import { BoundedLabels } from "./bounded-labels.ts";
import { counterSeries, gaugeSeries, histogramSeries, type OwnSeries } from "./own-series.ts";
import type { MetricDefinition, MetricInstance } from "./signals.ts";

interface Shown {
	readonly bounded: BoundedLabels<OwnSeries>;
	/** By the very list of labels: whoever makes instances makes few of them. */
	readonly byList: WeakMap<readonly string[], OwnSeries>;
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
		let series = shown.byList.get(labels);
		if (series === undefined) {
			series = shown.bounded.series(labels);
			shown.byList.set(labels, series);
		}
		series.take(value);
	}

	#show(definition: MetricDefinition): Shown {
		const open = openerOf(definition, this.#registry);
		const bounded = new BoundedLabels<OwnSeries>({ maxSeries: definition.maxSeries, open });
		return { bounded, byList: new WeakMap() };
	}
}

function openerOf(definition: MetricDefinition, registry: Registry): (values: readonly string[]) => OwnSeries {
	const { type, buckets } = definition;
	const head = { ...definition, registry };
	switch (type) {
		case "counter":
			return counterSeries(head);
		case "gauge":
			return gaugeSeries(head);
		case "distribution":
			return histogramSeries(head, buckets);
	}
}
