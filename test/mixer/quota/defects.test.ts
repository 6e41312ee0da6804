import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DEFECTS } from "../../support/quota-model/pool-model.ts";
import { brokenPromises, scenarios } from "../../support/quota-model/promises.ts";
import { simulate } from "../../support/quota-model/simulation.ts";

/** Worlds that are tried until a defect shows. */
const WORLDS = 200;
const SEED = 7;

describe("the promises that the simulation is held to are broken by a pool that", () => {
	for (const defect of DEFECTS) {
		test(defect, async (t) => {
			const worlds = fc.sample(scenarios, { numRuns: WORLDS, seed: SEED });
			for (const [tried, scenario] of worlds.entries()) {
				assert.deepEqual(brokenPromises(await simulate(scenario)), []);
				const [broken] = brokenPromises(await simulate({ ...scenario, defect }));
				if (broken !== undefined) return t.diagnostic(`world ${tried + 1}: ${broken}`);
			}
			assert.fail(`${WORLDS} worlds show nothing`);
		});
	}
});
