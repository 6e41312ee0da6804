import { Counter, Gauge, Histogram, type LabelValues, type Registry } from "prom-client";

/*
 * prom-client looks a series up by a hash of its labels for every value it is given. Here whoever counts keeps a series
 * and adds to it; prom-client asks for the values when it is scraped, and writes them.
 */

/** What names a metric to prom-client. */
export interface MetricHead {
	readonly name: string;
	readonly help: string;
	readonly labels: readonly string[];
	readonly registry: Registry;
}

/** One series that takes values. */
export interface OwnSeries {
	take(value: number): void;
}

interface LabelledValue {
	readonly labels: LabelValues<string>;
	value: number;
}

/** Registers a counter; gives back what opens its series. */
export function counterSeries(head: MetricHead): (values: readonly string[]) => OwnSeries {
	const shown: AddedValue[] = [];
	new OwnCounter(head, shown);
	return opener(head, shown, (labels) => new AddedValue(labels));
}

/** Registers a gauge; gives back what opens its series. */
export function gaugeSeries(head: MetricHead): (values: readonly string[]) => OwnSeries {
	const shown: SetValue[] = [];
	new OwnGauge(head, shown);
	return opener(head, shown, (labels) => new SetValue(labels));
}

/**
 * Registers a histogram; gives back what opens its series.
 *
 * @param buckets upper bounds, ascending.
 */
export function histogramSeries(
	head: MetricHead,
	buckets: readonly number[],
): (values: readonly string[]) => OwnSeries {
	const shown: Distribution[] = [];
	new OwnHistogram(head, { buckets, shown });
	return opener(head, shown, (labels) => new Distribution(labels, buckets));
}

function opener<Series extends OwnSeries>(
	{ labels: names }: MetricHead,
	shown: Series[],
	make: (labels: LabelValues<string>) => Series,
): (values: readonly string[]) => OwnSeries {
	return (values) => {
		const series = make(Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""])));
		shown.push(series);
		return series;
	};
}

class AddedValue implements OwnSeries {
	value = 0;
	readonly labels: LabelValues<string>;

	constructor(labels: LabelValues<string>) {
		this.labels = labels;
	}

	take(value: number): void {
		this.value += value;
	}
}

class SetValue implements OwnSeries {
	value = 0;
	readonly labels: LabelValues<string>;

	constructor(labels: LabelValues<string>) {
		this.labels = labels;
	}

	take(value: number): void {
		this.value = value;
	}
}

class Distribution implements OwnSeries {
	sum = 0;
	count = 0;
	/** Values up to each bound and above the one before; what is above all of them stands in `count` alone. */
	readonly #counts: number[];
	readonly #bounds: readonly number[];
	readonly #labels: LabelValues<string>;

	constructor(labels: LabelValues<string>, bounds: readonly number[]) {
		this.#labels = labels;
		this.#bounds = bounds;
		this.#counts = bounds.map(() => 0);
	}

	take(value: number): void {
		this.sum += value;
		this.count++;
		const bounds = this.#bounds;
		for (let i = 0; i < bounds.length; i++) {
			if (value > (bounds[i] ?? 0)) continue;
			this.#counts[i] = (this.#counts[i] ?? 0) + 1;
			return;
		}
	}

	/** As the text format has it: buckets count everything up to their bound. */
	values(name: string) {
		let upTo = 0;
		const buckets = this.#bounds.map((le, i) => {
			upTo += this.#counts[i] ?? 0;
			return { metricName: `${name}_bucket`, labels: { le, ...this.#labels }, value: upTo };
		});
		return [
			...buckets,
			{ metricName: `${name}_bucket`, labels: { le: "+Inf", ...this.#labels }, value: this.count },
			{ metricName: `${name}_sum`, labels: this.#labels, value: this.sum },
			{ metricName: `${name}_count`, labels: this.#labels, value: this.count },
		];
	}
}

class OwnCounter extends Counter {
	readonly #shown: readonly LabelledValue[];

	constructor(head: MetricHead, shown: readonly LabelledValue[]) {
		super(configurationOf(head));
		this.#shown = shown;
	}

	override async get() {
		return { ...(await super.get()), values: this.#shown.map(({ labels, value }) => ({ labels, value })) };
	}
}

class OwnGauge extends Gauge {
	readonly #shown: readonly LabelledValue[];

	constructor(head: MetricHead, shown: readonly LabelledValue[]) {
		super(configurationOf(head));
		this.#shown = shown;
	}

	override async get() {
		return { ...(await super.get()), values: this.#shown.map(({ labels, value }) => ({ labels, value })) };
	}
}

class OwnHistogram extends Histogram {
	readonly #name: string;
	readonly #shown: readonly Distribution[];
	/** Says what the library says of a histogram; its own `get` would ask this one. */
	readonly #plain: Histogram;

	constructor(head: MetricHead, { buckets, shown }: { buckets: readonly number[]; shown: readonly Distribution[] }) {
		const configuration = { ...configurationOf(head), buckets: [...buckets] };
		super(configuration);
		this.#name = head.name;
		this.#shown = shown;
		this.#plain = new Histogram({ ...configuration, registers: [] });
	}

	override async get() {
		const values = this.#shown.flatMap((series) => series.values(this.#name));
		return { ...(await this.#plain.get()), values };
	}

	/** What the registry asks of a histogram before it writes. */
	getForPromString() {
		return this.get();
	}
}

function configurationOf({ name, help, labels, registry }: MetricHead) {
	return { name, help, labelNames: [...labels], registers: [registry] };
}
