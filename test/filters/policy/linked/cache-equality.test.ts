import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SharedData } from "../../../support/fake-host-shared-data.ts";
import { cache, counter, startFilter } from "../../../support/filter-host.ts";
import type { LinkedFilter } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";
import { linkPolicies, type RandomPolicy, randomData, randomPolicy, randomPolicyFields } from "./random-policies.ts";
import { event, Pair } from "./two-filters.ts";

/** Policies compiled together: opa and the linker take most of the time. */
const BATCH = 20;
/** Histories played through each batch. */
const RUNS = 80;

const placed = fc.record({
	of: fc.nat({ max: BATCH - 1 }),
	placement: fc.constantFrom("proxy", "proxy", "mixer"),
	mode: fc.constantFrom("enforce", "enforce", "enforce", "shadow"),
	failureMode: fc.constantFrom("deny", "allow"),
	targets: fc.constantFrom([{}], [{}], [{ pathPrefix: "/a" }]),
});

const history = fc.record({
	policies: fc.array(placed, { minLength: 1, maxLength: 4 }),
	cache: fc.record({ entries: fc.constantFrom(1, 3, 1000), bytes: fc.constantFrom(2048, 1 << 20) }),
	default: fc.constantFrom("allow", "deny"),
	/** Each of them a revision, in VMs of its own. */
	revisions: fc.array(
		fc.record({ data: randomData, events: fc.array(event, { minLength: 20, maxLength: 120, size: "max" }) }),
		{
			minLength: 1,
			maxLength: 2,
		},
	),
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** @returns how often a decision was used again. */
async function run(batch: readonly RandomPolicy[], linked: LinkedFilter, played: History): Promise<number> {
	const policies = played.policies.map(({ of, ...fields }, i) =>
		randomPolicyFields(batch, of, { ...fields, name: `policy-${i}` }),
	);
	const [sharedByKept, sharedByAnew] = [new SharedData(), new SharedData()];
	let hits = 0;
	for (const [i, { data, events }] of played.revisions.entries()) {
		const revision = `${i}`.repeat(64);
		const vmConfiguration = `${revision}\n${JSON.stringify(data)}`;
		const start = (kept: Readonly<Record<string, unknown>>, sharedData: SharedData) =>
			startFilter(
				{ policies, revision, default: played.default, cache: cache(kept) },
				{ ...linked, vmConfiguration, sharedData },
			);
		const pair = new Pair(await start(played.cache, sharedByKept), await start({ entries: 0 }, sharedByAnew));
		pair.play(events);
		pair.compare();
		assert.equal(counter(pair.anew, "sluice_cache.hits"), 0);
		hits += counter(pair.kept, "sluice_cache.hits");
	}
	return hits;
}

for (let seed = 1; seed <= scaled({ quick: 1, full: 30 }); seed++) {
	test(`with the cache and without it every answer is the same: batch ${seed}`, async () => {
		const batch = fc.sample(randomPolicy, { numRuns: BATCH, seed });
		const linked = await linkPolicies(batch);
		let hits = 0;
		const property = fc.asyncProperty(history, async (played) => {
			hits += await run(batch, linked, played);
		});
		// Making a history that fails smaller takes minutes: left to who looks into one.
		await fc.assert(property, { numRuns: RUNS, seed, endOnFailure: true });
		assert.ok(hits > RUNS, `only ${hits} hits`);
	});
}
