interface Event {
	readonly at: number;
	readonly order: number;
	readonly run: () => void | Promise<void>;
}

/** Time that passes only from event to event; events of one time come in the order they were planned. */
export class VirtualTime {
	now: number;
	#order = 0;
	/** A binary heap, the next event first. */
	readonly #heap: Event[] = [];

	constructor(now: number) {
		this.now = now;
	}

	after(delayMs: number, run: Event["run"]): void {
		this.#heap.push({ at: this.now + delayMs, order: this.#order++, run });
		this.#up(this.#heap.length - 1);
	}

	/** Runs what is planned up to a time, which it then is. */
	async runUntil(end: number): Promise<void> {
		for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
			this.#take();
			this.now = next.at;
			await next.run();
		}
		this.now = end;
	}

	#take(): void {
		const last = this.#heap.pop();
		if (last === undefined || this.#heap.length === 0) return;
		this.#heap[0] = last;
		this.#down(0);
	}

	#up(from: number): void {
		for (let at = from; at > 0; ) {
			const parent = (at - 1) >> 1;
			if (!this.#swapUnlessOrdered(parent, at)) return;
			at = parent;
		}
	}

	#down(from: number): void {
		for (let at = from; ; ) {
			const [left, right] = [2 * at + 1, 2 * at + 2];
			const least = this.#isBefore(right, left) ? right : left;
			if (!this.#swapUnlessOrdered(at, least)) return;
			at = least;
		}
	}

	#swapUnlessOrdered(upper: number, lower: number): boolean {
		const [above, below] = [this.#heap[upper], this.#heap[lower]];
		if (above === undefined || below === undefined || !this.#isBefore(lower, upper)) return false;
		this.#heap[upper] = below;
		this.#heap[lower] = above;
		return true;
	}

	#isBefore(one: number, other: number): boolean {
		const [a, b] = [this.#heap[one], this.#heap[other]];
		if (a === undefined || b === undefined) return a !== undefined;
		return a.at < b.at || (a.at === b.at && a.order < b.order);
	}
}
