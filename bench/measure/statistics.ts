/** What several rounds said: never one number alone. */
export interface Spread {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}

/** @throws where there are no values. */
export function spreadOf(values: Iterable<number>): Spread {
	const sorted = Float64Array.from(values).sort();
	return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) };
}

/** Rounds that say between which values a median lies. */
const MIN_ROUNDS = 10;

/** Half of the share of medians that may lie elsewhere, in standard deviations. */
const TWO_AND_A_HALF_PERCENT = 1.96;

/**
 * Between which values the median of ever more rounds would lie, in 95 of 100 runs: by the ranks of the values, whatever
 * their distribution. Nothing of fewer rounds than ten.
 */
export function medianRange(values: readonly number[]): { readonly from: number; readonly to: number } | undefined {
	if (values.length < MIN_ROUNDS) return undefined;
	const sorted = Float64Array.from(values).sort();
	const aside = (TWO_AND_A_HALF_PERCENT * Math.sqrt(values.length)) / 2;
	const from = sorted[Math.floor(values.length / 2 - aside)] ?? Number.NaN;
	const to = sorted[Math.ceil(values.length / 2 + aside) - 1] ?? Number.NaN;
	return { from, to };
}

/** The value below which this share of the sorted values lies, between two neighbours where it falls between them. */
export function quantile(sorted: Float64Array, share: number): number {
	const place = share * (sorted.length - 1);
	const low = sorted[Math.floor(place)];
	const high = sorted[Math.ceil(place)];
	if (low === undefined || high === undefined) throw new Error("no values");
	return low + (high - low) * (place - Math.floor(place));
}

/** Each round's value over that round's base: what makes a machine slow for a while is in both. */
export function ratioSpread(values: readonly number[], bases: readonly number[]): Spread {
	return spreadOf(values.map((value, round) => value / (bases[round] ?? Number.NaN)));
}
