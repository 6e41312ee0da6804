/** Keys that are watched. A key that draws more than a 64th of all is surely among them. */
export const MAX_WATCHED = 64;

/** One of the keys that draw the most. */
export interface HeavyHitter<Key> {
	readonly key: Key;
	/** No less than what it drew; too much by `over` at most. */
	readonly amount: number;
	readonly over: number;
}

interface Watched<Key> {
	readonly key: Key;
	amount: number;
	over: number;
}

/**
 * Which keys draw the most, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi 2005). A new key takes the place
 * of the least one and its amount as what it may be over.
 */
export class HeavyHitters<Key> {
	readonly #watched = new Map<string, Watched<Key>>();

	add(name: string, key: Key, amount: number): void {
		const known = this.#watched.get(name);
		if (known !== undefined) {
			known.amount += amount;
			return;
		}
		const least = this.#watched.size < MAX_WATCHED ? undefined : this.#least();
		if (least !== undefined) this.#watched.delete(least[0]);
		const over = least?.[1].amount ?? 0;
		this.#watched.set(name, { key, amount: over + amount, over });
	}

	/** The most first. */
	top(count: number): HeavyHitter<Key>[] {
		const sorted = [...this.#watched.values()].sort((a, b) => b.amount - a.amount);
		return sorted.slice(0, count).map((watched) => ({ ...watched }));
	}

	delete(name: string): void {
		this.#watched.delete(name);
	}

	#least(): [string, Watched<Key>] | undefined {
		let least: [string, Watched<Key>] | undefined;
		for (const entry of this.#watched) if (least === undefined || entry[1].amount < least[1].amount) least = entry;
		return least;
	}
}
