import type { Clock } from "../../../mixer/observe/clock.ts";

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
	#now = 0;
	#timers: { at: number; run: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(delayMs: number, run: () => void): () => void {
		const timer = { at: this.#now + delayMs, run };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	/** When the next timer rings; undefined where none waits. */
	get next(): number | undefined {
		return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map(({ at }) => at));
	}

	/** Moves on, ringing what is due in order, and lets what waits for it go on in between. */
	async advance(ms: number): Promise<void> {
		const end = this.#now + ms;
		await settled();
		for (let at = this.next; at !== undefined && at <= end; at = this.next) {
			this.#now = at;
			const due = this.#timers.filter((timer) => timer.at <= at);
			this.#timers = this.#timers.filter((timer) => timer.at > at);
			for (const { run } of due) run();
			await settled();
		}
		this.#now = end;
	}
}

/** All promises that can go on have gone on. */
export function settled(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
