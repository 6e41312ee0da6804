import { type QuotaRule, ROLLING_STEPS } from "./rule.ts";

/**
 * What is counted of one key. All are numbers of milliseconds or of the quota's own unit, and the arithmetic is that of
 * doubles: counters.lua does the same sums in the same order, so that both stores count alike to the last unit.
 */
export interface Counter {
	/** The latest time seen; it never goes back. */
	at: number;
	/** fixed: of the window that `at` is in. gcra: what has not drained yet, times the window. */
	used: number;
	/** rolling: a step's number and what was charged in it, by turns, oldest first. */
	steps: number[];
	/** What is out on lease, a pool each. */
	leases: Lease[];
}

/** What one pool has out. */
export interface Lease {
	/** The proxy and its number of the pool. */
	readonly pool: string;
	sequence: number;
	/** No less than the pool can still spend. */
	out: number;
	expiresMs: number;
}

/** A counter of a key that nobody has drawn on. */
export function newCounter(now: number): Counter {
	return { at: now, used: 0, steps: [], leases: [] };
}

/**
 * Moves the counter on to a time: what is over no longer counts. A time before the counter's own is taken for that.
 *
 * @returns what was out on leases that are over by now: nobody can spend it any more, and it stays counted.
 */
export function advance(counter: Counter, rule: QuotaRule, now: number): number {
	const time = Math.max(now, counter.at);
	const { windowMs } = rule;
	if (rule.algorithm === "fixed" && Math.floor(time / windowMs) !== Math.floor(counter.at / windowMs)) counter.used = 0;
	if (rule.algorithm === "gcra") counter.used = Math.max(0, counter.used - (time - counter.at) * rule.limit);
	if (rule.algorithm === "rolling") dropSteps(counter.steps, rule, time);
	counter.at = time;
	let stranded = 0;
	if (counter.leases.some(({ expiresMs }) => expiresMs <= time)) {
		for (const { expiresMs, out } of counter.leases) if (expiresMs <= time) stranded += out;
		counter.leases = counter.leases.filter(({ expiresMs }) => expiresMs > time);
	}
	return stranded;
}

/** What counts now, rounded up. */
export function usedOf({ used, steps }: Counter, { algorithm, windowMs }: QuotaRule): number {
	switch (algorithm) {
		case "fixed":
			return used;
		case "gcra":
			return Math.ceil(used / windowMs);
		case "rolling": {
			let sum = 0;
			for (let i = 1; i < steps.length; i += 2) sum += steps[i] ?? 0;
			return sum;
		}
	}
}

/** What could be charged now; below zero where what was settled afterwards went over the limit. */
export function leftOf(counter: Counter, rule: QuotaRule): number {
	return rule.capacity - usedOf(counter, rule);
}

/** Charges, even beyond the limit. */
export function debit(counter: Counter, rule: QuotaRule, amount: number): void {
	if (amount <= 0) return;
	if (rule.algorithm === "fixed") counter.used += amount;
	if (rule.algorithm === "gcra") counter.used += amount * rule.windowMs;
	if (rule.algorithm !== "rolling") return;
	const { steps } = counter;
	const step = Math.floor(counter.at / stepMs(rule));
	if (steps[steps.length - 2] === step) steps[steps.length - 1] = (steps[steps.length - 1] ?? 0) + amount;
	else steps.push(step, amount);
}

/**
 * Takes a charge back. Of a rolling window the oldest charges go first: what stays counts at least as long as what was
 * really spent.
 */
export function credit(counter: Counter, rule: QuotaRule, amount: number): void {
	if (rule.algorithm === "fixed") counter.used = Math.max(0, counter.used - amount);
	if (rule.algorithm === "gcra") counter.used = Math.max(0, counter.used - amount * rule.windowMs);
	if (rule.algorithm !== "rolling") return;
	const { steps } = counter;
	let rest = amount;
	while (rest > 0 && steps.length > 0) {
		const oldest = steps[1] ?? 0;
		if (oldest > rest) steps[1] = oldest - rest;
		else steps.splice(0, 2);
		rest -= oldest;
	}
}

/** The length of one step of a rolling window. */
export function stepMs({ windowMs }: Pick<QuotaRule, "windowMs">): number {
	return Math.ceil(windowMs / ROLLING_STEPS);
}

/** A step counts as long as anything in it may be younger than the window. */
function dropSteps(steps: number[], rule: QuotaRule, time: number): void {
	const length = stepMs(rule);
	let over = 0;
	while (over < steps.length && ((steps[over] ?? 0) + 1) * length - 1 <= time - rule.windowMs) over += 2;
	if (over > 0) steps.splice(0, over);
}
