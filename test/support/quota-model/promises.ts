import fc from "fast-check";
import type { Happened, Scenario } from "./simulation.ts";

/** Worlds of all kinds. */
export const scenarios: fc.Arbitrary<Scenario> = fc
	.record({
		seed: fc.nat(),
		algorithm: fc.constantFrom("fixed", "rolling", "gcra"),
		limit: fc.constantFrom(1, 5, 19, 20, 60, 200, 1000),
		burstShare: fc.constantFrom(0.1, 0.5, 1),
		windowMs: fc.constantFrom(1000, 10_000, 60_000),
		proxies: fc.integer({ min: 1, max: 6 }),
		demand: fc.constantFrom(0.5, 1, 2, 5),
		busy: fc.constantFrom(0.05, 0.5, 1),
		quiet: fc.constantFrom(0, 0.5),
		windows: fc.integer({ min: 2, max: 4 }),
		faults: fc.record({
			loss: fc.constantFrom(0, 0.05, 0.3),
			duplication: fc.constantFrom(0, 0.3),
			delayMs: fc.constantFrom(1, 20, 150, 1500),
		}),
		drains: fc.constantFrom(0, 0.3),
		kills: fc.constantFrom(0, 0.3),
		resets: fc.constantFrom(0, 0, 0.5),
	})
	.map(({ burstShare, ...scenario }) => ({ ...scenario, burst: Math.ceil(scenario.limit * burstShare) }));

/** What of a world is not as mixer/quota/README.md promises, a sentence each. */
export function brokenPromises(happened: Happened): readonly string[] {
	const { admitted, rule, broken, leftOver, ledger, accounted } = happened;
	const most = (rule.algorithm === "fixed" ? mostInWindow : mostInSpan)(admitted, rule.windowMs);
	return [
		...(most <= bound(happened) ? [] : [`${most} are admitted where ${bound(happened)} may be`]),
		...broken,
		...(leftOver === 0 ? [] : [`${leftOver} are out on lease when every lease is over`]),
		...(ledger === accounted ? [] : [`the store granted ${ledger}, of which the proxies account for ${accounted}`]),
	];
}

/** Most that are admitted in any span of the window's length. */
function mostInSpan(admitted: readonly number[], windowMs: number): number {
	let most = 0;
	let first = 0;
	for (const [last, at] of admitted.entries()) {
		while ((admitted[first] ?? at) <= at - windowMs) first++;
		most = Math.max(most, last - first + 1);
	}
	return most;
}

function mostInWindow(admitted: readonly number[], windowMs: number): number {
	const counts = new Map<number, number>();
	for (const at of admitted) {
		const window = Math.floor(at / windowMs);
		counts.set(window, (counts.get(window) ?? 0) + 1);
	}
	return Math.max(0, ...counts.values());
}

/** A reset gives the whole limit again. */
function bound({ rule, resets }: Happened): number {
	const out = rule.algorithm === "fixed" ? 0 : Math.floor(rule.capacity / 20);
	const most = rule.algorithm === "gcra" ? rule.capacity + rule.limit : rule.limit;
	return (most + out) * (1 + resets);
}
