/** Longer than this nothing waits, whatever a receiver says: records come on, and queues are bounded. */
const MAX_WAIT_MS = 30_000;

export interface ThrottleOptions {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Ends after the time, or at once when waiting is over. */
	readonly wait: (ms: number) => Promise<void>;
}

/** Leaves a receiver alone for as long as it asked for. */
export class Throttle {
	readonly #options: ThrottleOptions;
	#untilMs = 0;

	constructor(options: ThrottleOptions) {
		this.#options = options;
	}

	/** The receiver asked for so much time. */
	back(ms: number): void {
		this.#untilMs = this.#options.now() + Math.min(Math.max(ms, 0), MAX_WAIT_MS);
	}

	/** Ends when the time is over. */
	async pass(): Promise<void> {
		const leftMs = this.#untilMs - this.#options.now();
		if (leftMs > 0) await this.#options.wait(Math.min(leftMs, MAX_WAIT_MS));
	}
}
