/** One request of the load, as text without a body. `path` may hold {n}, which every request replaces by a new number. */
export interface LoadRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** What a load generator does once. */
export interface LoadJob {
	readonly port: number;
	readonly requests: readonly LoadRequest[];
	/** How many requests in all. */
	readonly count: number;
	/** Connections that are kept open; each has one request under way at most. */
	readonly connections: number;
	/** Requests a second, whether or not the earlier ones are answered; as fast as answers come if left out. */
	readonly ratePerSecond?: number;
	/** The number that the first {n} is replaced by. */
	readonly firstNumber: number;
	/** The status that every answer has to have. */
	readonly expectedStatus: number;
	/** The job fails after this long, in milliseconds. */
	readonly timeoutMs: number;
}

/** What came of it. */
export interface LoadResult {
	/** Latency of every answered request, in microseconds, in the order of the answers. */
	readonly latenciesUs: Float64Array;
	readonly elapsedMs: number;
	/** How many answers had another status. */
	readonly unexpected: number;
}

/** What the generator's thread answers. */
export type LoadAnswer = { readonly result: LoadResult } | { readonly fault: string };
