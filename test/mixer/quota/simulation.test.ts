import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { brokenPromises, scenarios } from "../../support/quota-model/promises.ts";
import { simulate } from "../../support/quota-model/simulation.ts";
import { scaled } from "../../support/scale.ts";

describe("pools, leases and a network that loses, doubles, delays and reorders", () => {
	test("the bound holds, every token is accounted for, and nothing is out beyond its time", async () => {
		await fc.assert(
			fc.asyncProperty(scenarios, async (scenario) => {
				assert.deepEqual(brokenPromises(await simulate(scenario)), []);
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
					resets: 0,
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
			resets: 0,
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
