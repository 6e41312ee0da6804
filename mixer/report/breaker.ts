/** Batches lost in a row before the backend is left alone: one or two can be their own fault. */
export const LOST_BEFORE_BREAK = 3;

/** How long it is left alone at first; doubled with each try that fails, up to the maximum. */
export const FIRST_BREAK_MS = 5000;
export const MAX_BREAK_MS = 60_000;

/** Remembers whether a backend is worth a call. Open: the next batch waits, and gets a single try after each pause. */
export class Breaker {
	readonly #random: () => number;
	#lost = 0;
	#failedTries = 0;

	/** @param random at least 0, less than 1. */
	constructor(random: () => number) {
		this.#random = random;
	}

	get isOpen(): boolean {
		return this.#lost >= LOST_BEFORE_BREAK;
	}

	/** The backend took something, or refused it for good: it is there. */
	answered(): void {
		this.#lost = 0;
		this.#failedTries = 0;
	}

	/** A batch got all its tries in vain, or the single one of an open breaker. */
	failed(): void {
		if (this.isOpen) this.#failedTries++;
		else this.#lost++;
	}

	/** Before the next try: between half the pause and all of it, so that handlers of one backend do not return in step. */
	pauseMs(): number {
		const full = Math.min(MAX_BREAK_MS, FIRST_BREAK_MS * 2 ** Math.min(this.#failedTries, 10));
		return full * (0.5 + this.#random() / 2);
	}
}
