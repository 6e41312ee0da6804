import { type HeavyHitter, HeavyHitters } from "./heavy-hitters.ts";
import type { Operation, Outcome } from "./store.ts";

const SECOND_MS = 1000;
const MINUTE_SECONDS = 60;

/** How many keys are shown of a quota. */
export const TOP_KEYS = 10;

/** What this Mixer saw of each quota, for people who look: denials of the last minute, and who draws the most. */
export class QuotaUsage {
	readonly #now: () => number;
	readonly #quotas = new Map<string, Seen>();

	/** @param now - milliseconds. */
	constructor(now: () => number) {
		this.#now = now;
	}

	add(quota: string, key: Uint8Array, operation: Operation, outcome: Outcome): void {
		if (outcome.isRepeated || operation.kind === "read" || operation.kind === "return") return;
		const seen = this.#quotas.get(quota) ?? { denied: new LastMinute(), keys: new HeavyHitters<Uint8Array>() };
		this.#quotas.set(quota, seen);
		if (outcome.status === "denied") seen.denied.add(this.#second());
		seen.keys.add(operation.counter, key, outcome.status === "denied" ? operation.amount : outcome.granted);
	}

	deniedLastMinute(quota: string): number {
		return this.#quotas.get(quota)?.denied.sum(this.#second()) ?? 0;
	}

	/** By what they asked for since the Mixer started. */
	topKeys(quota: string): HeavyHitter<Uint8Array>[] {
		return this.#quotas.get(quota)?.keys.top(TOP_KEYS) ?? [];
	}

	#second(): number {
		return Math.floor(this.#now() / SECOND_MS);
	}
}

interface Seen {
	readonly denied: LastMinute;
	readonly keys: HeavyHitters<Uint8Array>;
}

/** Counts by the second, of which the last sixty are kept. */
class LastMinute {
	readonly #counts = new Uint32Array(MINUTE_SECONDS);
	#latest = 0;

	add(second: number): void {
		this.#moveTo(second);
		const slot = second % MINUTE_SECONDS;
		this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
	}

	sum(second: number): number {
		this.#moveTo(second);
		return this.#counts.reduce((sum, count) => sum + count, 0);
	}

	#moveTo(second: number): void {
		const first = Math.max(this.#latest + 1, second - MINUTE_SECONDS + 1);
		for (let passed = first; passed <= second; passed++) this.#counts[passed % MINUTE_SECONDS] = 0;
		this.#latest = Math.max(this.#latest, second);
	}
}
