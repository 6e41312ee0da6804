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
