/** Steps from one bound to its double: a quantile is right within a fifth. */
const STEPS_PER_DOUBLE = 4;

/** From a microsecond to 16 seconds; what is shorter or longer counts as that. */
const STEPS = 24 * STEPS_PER_DOUBLE;

const NS_PER_US = 1000;

/** Counts durations so that quantiles of them can be told, in little memory, whatever their number. */
export class DurationScale {
	readonly #counts = new Uint32Array(STEPS + 1);
	#total = 0;

	add(durationNs: number): void {
		const step = Math.ceil(Math.log2(Math.max(1, durationNs / NS_PER_US)) * STEPS_PER_DOUBLE);
		const at = Math.min(STEPS, step);
		this.#counts[at] = (this.#counts[at] ?? 0) + 1;
		this.#total++;
	}

	/** The duration in microseconds that this share of them does not pass; undefined where there are none. */
	quantileUs(share: number): number | undefined {
		if (this.#total === 0) return undefined;
		const wanted = Math.ceil(this.#total * share);
		let counted = 0;
		for (const [step, count] of this.#counts.entries()) {
			counted += count;
			if (counted >= wanted) return Math.round(2 ** (step / STEPS_PER_DOUBLE));
		}
		return undefined;
	}

	reset(): void {
		this.#counts.fill(0);
		this.#total = 0;
	}
}
