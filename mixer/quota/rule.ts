/** How a quota counts. */
export interface QuotaRule {
	readonly algorithm: "fixed" | "rolling" | "gcra";
	/** How much a key has in a window; 1 to 10^15, so that sums of a few stay exact in a double. */
	readonly limit: number;
	/** What may come at once: the burst with gcra, else the limit. */
	readonly capacity: number;
	readonly windowMs: number;
}

/** The share of what may come at once that is out on lease at most, at all proxies together: one twentieth, 5 %. */
export const LEASE_SHARE = 20;

/**
 * Longest validity of a lease. What a proxy that died held blocks its share of the leases so long; a proxy in use renews
 * several times a second.
 */
export const MAX_LEASE_MS = 30_000;

/** Pools with something out for one key; one more is granted one by one. Far more proxies than share 5 % sensibly. */
export const MAX_POOLS = 256;

/** Longest time that an answer names, 31 years: what was settled far beyond a small gcra limit drains for longer. */
export const MAX_WAIT_MS = 1_000_000_000_000;

/** Steps in which a rolling window moves: what is charged counts for up to a 64th of the window longer. */
export const ROLLING_STEPS = 64;
