import type { Timer } from "./timer.ts";

/**
 * How long one may keep others waiting, in milliseconds: a proxy that reads more slowly goes on, beside them. Long against
 * what a local network takes for a resource, short against what a person notices.
 */
const LONGEST_TURN_MS = 1000;

/** Lets a bounded number of streams send at once, first come first served. */
export class Turns {
	readonly #timer: Timer;
	readonly #max: () => number;
	readonly #waiting = new Map<object, () => void>();
	#taken = 0;

	/** @param options.max how many at once, as it is now; one is always let through. */
	constructor(options: { timer: Timer; max: () => number }) {
		this.#timer = options.timer;
		this.#max = options.max;
	}

	/**
	 * Calls `run` when it is its turn, at once if there is room.
	 *
	 * @returns to be called when the turn is over, or is no longer wanted. `run` gets it as well.
	 */
	take(run: (end: () => void) => void): () => void {
		const turn = {};
		let cancel: (() => void) | undefined;
		let isOver = false;
		const end = () => {
			if (isOver) return;
			isOver = true;
			if (this.#waiting.delete(turn)) return;
			cancel?.();
			this.#taken--;
			this.#startNext();
		};
		this.#waiting.set(turn, () => {
			this.#taken++;
			cancel = this.#timer.after(LONGEST_TURN_MS, end);
			run(end);
		});
		this.#startNext();
		return end;
	}

	#startNext(): void {
		for (const [turn, start] of this.#waiting) {
			if (this.#taken >= Math.max(1, this.#max())) return;
			this.#waiting.delete(turn);
			start();
		}
	}
}
