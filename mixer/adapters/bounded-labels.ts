/** Stands in every label of the one series that takes what is over the limit. */
export const OVERFLOW = "__overflow__";

/** A lone surrogate: no string that was decoded from UTF-8 contains it, so different values make different keys. */
const SEPARATOR = "\ud800";

/** Characters of a label's value; a rule's name can be longer. */
const MAX_LABEL_CHARACTERS = 128;

/**
 * One metric's series, at most `maxSeries` and one more for the overflow: label values come from requests and policies,
 * so nothing else bounds them. `open` makes the series for a combination of values, once.
 */
export class BoundedLabels<Series> {
	readonly #series = new Map<string, Series>();
	readonly #maxSeries: number;
	readonly #open: (values: readonly string[]) => Series;

	constructor(options: { maxSeries: number; open: (values: readonly string[]) => Series }) {
		this.#maxSeries = options.maxSeries;
		this.#open = options.open;
	}

	series(values: readonly string[]): Series {
		const key = values.join(SEPARATOR);
		const known = this.#series.get(key);
		if (known !== undefined) return known;
		if (this.#series.size >= this.#maxSeries) return this.#overflow(values.length);
		return this.#add(
			key,
			values.map((value) => value.slice(0, MAX_LABEL_CHARACTERS)),
		);
	}

	#overflow(labels: number): Series {
		return this.#series.get(OVERFLOW) ?? this.#add(OVERFLOW, Array<string>(labels).fill(OVERFLOW));
	}

	#add(key: string, values: readonly string[]): Series {
		const series = this.#open(values);
		this.#series.set(key, series);
		return series;
	}
}
