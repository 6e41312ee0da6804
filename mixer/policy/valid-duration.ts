/** The most a decision may ask for: a forgotten zero too many ends within the hour. */
const MAX_TTL_MS = 3_600_000;

/**
 * How long a decision holds for the same input and revision, in milliseconds.
 *
 * @param options.ttlSeconds the decision's `ttl`, where it is a number.
 * @param options.defaultMs what holds for a decision without one.
 * @returns 0 where the policy reads time, randomness or the network, or asks for none.
 */
export function validDurationMs(options: {
	deterministic: boolean;
	ttlSeconds: number | undefined;
	defaultMs: number;
}): number {
	if (!options.deterministic) return 0;
	if (options.ttlSeconds === undefined) return options.defaultMs;
	return Math.floor(Math.min(Math.max(options.ttlSeconds * 1000, 0), MAX_TTL_MS));
}
