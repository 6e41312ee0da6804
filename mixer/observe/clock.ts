/** Time as it is handed to whatever waits or measures, so that tests can advance it themselves. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Calls `run` once after `delayMs`, unless the returned function is called before. */
	after(delayMs: number, run: () => void): () => void;
}

/** The machine's clock. A waiting timer keeps the process alive: who waits cancels it when there is nothing to wait for. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after(delayMs, run) {
		const timer = setTimeout(run, delayMs);
		return () => clearTimeout(timer);
	},
};
