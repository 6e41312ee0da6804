import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Happened, type Scenario, simulate } from "../../support/quota-model/simulation.ts";
import { scaled } from "../../support/scale.ts";

const scenarioArbitrary: fc.Arbitrary<Scenario> = fc
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
	})
	.map(({ burstShare, ...scenario }) => ({ ...scenario, burst: Math.ceil(scenario.limit * burstShare) }));

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

function bound({ rule }: Happened): number {
	const out = Math.floor(rule.capacity / 20);
	if (rule.algorithm === "fixed") return rule.limit;
	return out + (rule.algorithm === "rolling" ? rule.limit : rule.capacity + rule.limit);
}

describe("pools, leases and a network that loses, doubles, delays and reorders", () => {
	test("the bound holds, every token is accounted for, and nothing is out beyond its time", async () => {
		await fc.assert(
			fc.asyncProperty(scenarioArbitrary, async (scenario) => {
				const happened = await simulate(scenario);
				const { admitted, rule, broken, leftOver, ledger, accounted } = happened;
				const most = (rule.algorithm === "fixed" ? mostInWindow : mostInSpan)(admitted, rule.windowMs);
				assert.ok(most <= bound(happened), `${most} admitted where ${bound(happened)} may be`);
				assert.deepEqual(broken, []);
				assert.equal(leftOver, 0);
				assert.equal(ledger, accounted);
			}),
			{ numRuns: scaled({ quick: 100, full: 3000 }) },
		);
	});

	for (const algorithm of ["fixed", "rolling", "gcra"] as const) {
		for (const demand of [0.5, 2, 10]) {
			test(`${algorithm}, a good network, ${demand} times the limit: at least 93 % of what may be is admitted`, async () => {
				const faults = { loss: 0, duplication: 0, delayMs: 5 };
				const world = {
					limit: 600,
					burst: 100,
					windowMs: 60_000,
					proxies: 3,
					busy: 1,
					quiet: 0,
					windows: 4,
					drains: 0,
					kills: 0,
				};
				const { admitted, rule } = await simulate({ seed: 7, algorithm, demand, faults, ...world });
				const share = admitted.length / (Math.min(1, demand) * rule.limit * world.windows);
				assert.ok(share >= 0.93, `${(100 * share).toFixed(1)} %`);
			});
		}
	}

	test("what a proxy that dies held is stranded, and no longer than 30 s", async () => {
		const faults = { loss: 0, duplication: 0, delayMs: 5 };
		const world = {
			limit: 1000,
			burst: 1,
			windowMs: 60_000,
			proxies: 3,
			demand: 0.5,
			busy: 1,
			quiet: 0,
			windows: 3,
			drains: 0,
		};
		const { stranded, leftOver, broken } = await simulate({
			seed: 3,
			algorithm: "rolling",
			faults,
			kills: 1,
			...world,
		});
		assert.ok(stranded > 0);
		assert.deepEqual([leftOver, broken], [0, []]);
	});
});
