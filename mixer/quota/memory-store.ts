import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import { type Counter, newCounter } from "./counter.ts";
import { leasedOf, operate } from "./operate.ts";
import { type PastAnswer, PastAnswers } from "./past-answers.ts";
import type { QuotaRule } from "./rule.ts";
import { anotherCall, type Operation, type Outcome, type QuotaStore, type StoreCall } from "./store.ts";
import { keepMs } from "./times.ts";

/** Keys counted at once. A key takes about 460 bytes (docs/quotas.md). */
export const MAX_KEYS = 1_000_000;

/** Keys looked at with each call, to forget those that are over: more than one call adds on average. */
const SWEPT_EACH_CALL = 8;

/** Keys looked at for room before a new one is refused. */
const SWEPT_WHEN_FULL = 10_000;

interface Kept {
	readonly counter: Counter;
	readonly keepUntilMs: number;
}

/** Counts in the Mixer's memory: exact for one Mixer, and gone when it ends. */
export class MemoryQuotaStore implements QuotaStore {
	readonly #clock: Pick<Clock, "now">;
	readonly #maxKeys: number;
	readonly #onStranded: (counter: string, amount: number) => void;
	readonly #kept = new Map<string, Kept>();
	readonly #answers = new PastAnswers();
	#sweep = this.#kept.entries();
	#now = 0;

	/** @param options.onStranded - told of leases that were over when their key was forgotten. */
	constructor(options: {
		clock: Pick<Clock, "now">;
		maxKeys?: number;
		onStranded?: (counter: string, amount: number) => void;
	}) {
		this.#clock = options.clock;
		this.#onStranded = options.onStranded ?? (() => {});
		this.#maxKeys = options.maxKeys ?? MAX_KEYS;
	}

	/** One place holds all counters: every call is atomic. */
	groupOf(): string {
		return "";
	}

	/** How many keys are counted. */
	get keys(): number {
		return this.#kept.size;
	}

	async allocate(call: StoreCall): Promise<readonly Outcome[]> {
		// The machine's clock can be set back; a counter that was over and forgotten must not begin again.
		this.#now = Math.max(this.#now, Math.floor(this.#clock.now()));
		const now = this.#now;
		const answered = this.#answers.get(call.dedupId, now);
		if (answered !== undefined) {
			if (answered.outcomes.length !== call.operations.length) throw anotherCall();
			return later(answered, now);
		}
		const counters = this.#counters(call.operations);
		const isReading = call.operations.every(({ kind }) => kind === "read");
		if (isReading)
			return operate(call.operations, ({ counter }) => structuredClone(counters.get(counter) ?? newCounter(now)), now);
		const outcomes = operate(call.operations, ({ counter }) => counters.get(counter) ?? newCounter(now), now);
		for (const { counter: name, rule } of call.operations) this.#keep(name, counters.get(name), rule);
		this.#answers.add(call.dedupId, { atMs: now, outcomes });
		this.#forget(SWEPT_EACH_CALL);
		return outcomes;
	}

	async reset(counter: string): Promise<boolean> {
		return this.#kept.delete(counter);
	}

	async close(): Promise<void> {}

	/** By name; new ones are only kept if they count something. A call is refused before it has done anything. */
	#counters(operations: readonly Operation[]): Map<string, Counter> {
		const counters = () => new Map(operations.map(({ counter: name }) => [name, this.#kept.get(name)?.counter]));
		const isFull = (found: ReadonlyMap<string, unknown>) => {
			const fresh = [...found.values()].filter((counter) => counter === undefined).length;
			return fresh > 0 && this.#kept.size + fresh > this.#maxKeys;
		};
		if (isFull(counters())) this.#forget(SWEPT_WHEN_FULL);
		const found = counters();
		if (!isFull(found)) return new Map([...found].map(([name, counter]) => [name, counter ?? newCounter(this.#now)]));
		// To forget a key that is still counted would give its limit a second time.
		throw new MixerError("unavailable", `quotas: ${this.#maxKeys} keys are counted, which is all there is room for`);
	}

	#keep(name: string, counter: Counter | undefined, rule: QuotaRule): void {
		const keep = counter === undefined ? 0 : keepMs(counter, rule);
		if (counter === undefined || keep <= 0) this.#kept.delete(name);
		else this.#kept.set(name, { counter, keepUntilMs: counter.at + keep });
	}

	/** Goes round all keys, a few at a time. */
	#forget(count: number): void {
		for (let i = 0; i < count; i++) {
			const next = this.#sweep.next();
			if (next.done) {
				this.#sweep = this.#kept.entries();
				return;
			}
			const [name, { keepUntilMs, counter }] = next.value;
			if (keepUntilMs > this.#now) continue;
			this.#kept.delete(name);
			// All that is out is over by now.
			const stranded = leasedOf(counter);
			if (stranded > 0) this.#onStranded(name, stranded);
		}
	}
}

/** The answer of then, for a caller who counts from now. */
function later({ atMs, outcomes }: PastAnswer, now: number): Outcome[] {
	const passed = Math.max(0, now - atMs);
	const rest = (ms: number) => Math.max(0, ms - passed);
	return outcomes.map((outcome) => ({
		...outcome,
		validMs: rest(outcome.validMs),
		resetMs: rest(outcome.resetMs),
		retryAfterMs: rest(outcome.retryAfterMs),
		leasedChange: 0,
		stranded: 0,
		isRepeated: true,
	}));
}
