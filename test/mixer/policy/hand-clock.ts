import type { Clock } from "../../../mixer/observe/clock.ts";

/** A clock that stands until it is moved. */
export class HandClock implements Clock {
	#now = 0;
	readonly #timers = new Set<{ at: number; run: () => void }>();

	now(): number {
		return this.#now;
	}

	after(delayMs: number, run: () => void): () => void {
		const timer = { at: this.#now + delayMs, run };
		this.#timers.add(timer);
		return () => this.#timers.delete(timer);
	}

	/** Moves on, and calls what is due by then, in order. */
	advance(ms: number): void {
		this.#now += ms;
		const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
		for (const timer of due) if (this.#timers.delete(timer)) timer.run();
	}

	/** How many wait. */
	get waiting(): number {
		return this.#timers.size;
	}
}
