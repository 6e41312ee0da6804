import { type Outcome, REMEMBER_MS } from "./store.ts";

/** Answers of one half: as many at least are remembered, beyond that a retry may be charged again. */
export const MAX_HALF = 100_000;

/** An answer, and when it was given by the store's clock. */
export interface PastAnswer {
	readonly atMs: number;
	readonly outcomes: readonly Outcome[];
}

/**
 * The answers to the last calls, by their dedup ids, in two halves of which the older goes as a whole. (One Map whose
 * oldest entry is taken out with each call passes over all the places of those before: a hundred microseconds a call.)
 */
export class PastAnswers {
	#newer = new Map<string, PastAnswer>();
	#older = new Map<string, PastAnswer>();
	/** When the newer half was begun. */
	#sinceMs = 0;

	/** The answer of a call within REMEMBER_MS. */
	get(dedupId: string, nowMs: number): PastAnswer | undefined {
		const answer = this.#newer.get(dedupId) ?? this.#older.get(dedupId);
		return answer !== undefined && nowMs - answer.atMs < REMEMBER_MS ? answer : undefined;
	}

	add(dedupId: string, answer: PastAnswer): void {
		if (this.#newer.size >= MAX_HALF || answer.atMs - this.#sinceMs >= REMEMBER_MS) {
			this.#older = this.#newer;
			this.#newer = new Map();
			this.#sinceMs = answer.atMs;
		}
		this.#newer.set(dedupId, answer);
	}
}
