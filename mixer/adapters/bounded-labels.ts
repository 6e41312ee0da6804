/** Stands in every label of the one series that takes what is over the limit. */
export const OVERFLOW = "__overflow__";

/** Characters of a label's value; a rule's name can be longer. */
const MAX_LABEL_CHARACTERS = 128;

/**
 * One metric's series, at most `maxSeries` and one more for the overflow: label values come from requests and policies,
 * so nothing else bounds them. `open` makes the series for a combination of values, once; a series is no Map.
 */
export class BoundedLabels<Series> {
	/** By the first label's value, then by the second's …: no key is put together for a lookup. */
	readonly #root: Level<Series> = new Map();
	readonly #maxSeries: number;
	readonly #open: (values: readonly string[]) => Series;
	#count = 0;
	/** Of a metric without labels. */
	#only: Series | undefined;
	#overflow: Series | undefined;

	constructor(options: { maxSeries: number; open: (values: readonly string[]) => Series }) {
		this.#maxSeries = options.maxSeries;
		this.#open = options.open;
	}

	/** @param values as many each time. */
	series(values: readonly string[]): Series {
		let level: Level<Series> | Series | undefined = this.#root;
		for (const value of values) {
			if (!(level instanceof Map)) break;
			level = level.get(value);
		}
		return level === undefined || level instanceof Map ? this.#miss(values) : level;
	}

	#miss(values: readonly string[]): Series {
		if (values.length === 0) {
			this.#only ??= this.#open([]);
			return this.#only;
		}
		if (this.#count >= this.#maxSeries) {
			this.#overflow ??= this.#open(values.map(() => OVERFLOW));
			return this.#overflow;
		}
		this.#count++;
		const series = this.#open(values.map((value) => value.slice(0, MAX_LABEL_CHARACTERS)));
		this.#add(values, series);
		return series;
	}

	#add(values: readonly string[], series: Series): void {
		let level = this.#root;
		for (const value of values.slice(0, -1)) {
			const below = level.get(value);
			const next: Level<Series> = below instanceof Map ? below : new Map();
			level.set(value, next);
			level = next;
		}
		level.set(values.at(-1) ?? "", series);
	}
}

interface Level<Series> extends Map<string, Level<Series> | Series> {}
