import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Quota } from "../../../galley/snapshot.ts";
import { scaled } from "../../support/scale.ts";
import { type Event, LossyWorld } from "./lossy-world.ts";
import { quotaOf } from "./quota-envoy.ts";

const number = fc.nat({ max: 1000 });
const event: fc.Arbitrary<Event> = fc.oneof(
	{
		weight: 60,
		arbitrary: fc.record({
			kind: fc.constant("request" as const),
			vm: number,
			keys: fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 2 }),
			amount: fc.integer({ min: 1, max: 3 }),
		}),
	},
	{
		weight: 30,
		arbitrary: fc.record({
			kind: fc.constant("burst" as const),
			vm: number,
			key: fc.nat({ max: 1 }),
			count: fc.integer({ min: 5, max: 40 }),
		}),
	},
	{ weight: 50, arbitrary: fc.record({ kind: fc.constant("arrive" as const), call: number }) },
	{ weight: 45, arbitrary: fc.record({ kind: fc.constant("answer" as const), answer: number }) },
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("lose" as const), answer: number }) },
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("fail" as const), call: number }) },
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("end" as const), stream: number }) },
	{
		weight: 12,
		arbitrary: fc.record({
			kind: fc.constant("pass" as const),
			ms: fc.constantFrom(10, 20, 50, 120, 300, 900),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), vm: number }) },
);

const algorithms: [algorithm: Quota["algorithm"], windowMs: number][] = [
	["fixed", 1000],
	["rolling", 1000],
	["gcra", 1000],
];

describe("whatever messages are lost, repeated, reordered or late", () => {
	for (const [algorithm, windowMs] of algorithms) {
		test(`never is more spent of a limit (${algorithm}) than the store's bound`, async () => {
			const scenario = fc.record({
				limit: fc.constantFrom(4, 20, 40, 60, 100),
				envoys: fc.integer({ min: 1, max: 2 }),
				events: fc.array(event, { minLength: 40, maxLength: 150, size: "max" }),
			});
			await fc.assert(
				fc.asyncProperty(scenario, (each) => holdsBound({ ...each, algorithm, windowMs })),
				{ numRuns: scaled({ quick: 8, full: 2000 }) },
			);
		});
	}
});

/** Requests so many and so quick that workers take chunks of their pools. */
const quickEvent: fc.Arbitrary<Event> = fc.oneof(
	{
		weight: 60,
		arbitrary: fc.record({
			kind: fc.constant("burst" as const),
			vm: number,
			key: fc.nat({ max: 1 }),
			count: fc.integer({ min: 5, max: 100 }),
		}),
	},
	{
		weight: 60,
		arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(10, 20, 50, 100, 200) }),
	},
	{ weight: 60, arbitrary: event },
);

describe("of pools so deep that workers take chunks of them", () => {
	for (const [algorithm, windowMs] of algorithms) {
		test(`never is more spent of a limit (${algorithm}) than the store's bound`, async () => {
			const scenario = fc.record({
				limit: fc.constantFrom(600, 1500, 4000),
				envoys: fc.integer({ min: 1, max: 2 }),
				events: fc.array(quickEvent, { minLength: 80, maxLength: 200, size: "max" }),
			});
			await fc.assert(
				fc.asyncProperty(scenario, (each) => holdsBound({ ...each, algorithm, windowMs })),
				{ numRuns: scaled({ quick: 4, full: 200 }) },
			);
		});
	}
});

test("a grant that is on its way when a span begins passes in it, besides the limit", async () => {
	const world = await LossyWorld.start(quotaOf({ limit: 4, windowMs: 1000, algorithm: "rolling" }), 1);
	const request: Event = { kind: "request", vm: 0, keys: [0], amount: 1 };
	const arrive: Event = { kind: "arrive", call: 0 };
	const answer: Event = { kind: "answer", answer: 0 };
	const late: readonly Event[] = [request, arrive, { kind: "pass", ms: 100 }, answer];
	const prompt = [request, arrive, answer];
	const pass: Event = { kind: "pass", ms: 920 };
	for (const each of [...late, ...prompt, ...prompt, ...prompt, pass, ...prompt]) await world.run(each);
	const [first] = world.admissions;
	assert.ok(first !== undefined);
	assert.deepEqual(
		world.admissions.map(({ atMs }) => atMs - first.atMs),
		[0, 0, 0, 0, 920],
	);
	assert.equal(world.onItsWay(first.key, first.atMs), 1);
});

/** Plays the events, and looks at what was admitted. */
async function holdsBound(scenario: Rule & { envoys: number; events: readonly Event[] }): Promise<void> {
	const { algorithm, limit, windowMs, envoys, events } = scenario;
	const burst = algorithm === "gcra" ? { burst: Math.ceil(limit / 2) } : {};
	const world = await LossyWorld.start(quotaOf({ limit, windowMs, algorithm, ...burst }), envoys);
	for (const event of events) await world.run(event);
	await world.settle();
	assert.equal(world.failures, 0, "callbacks failed");
	assertBound(world, scenario);
}

interface Rule {
	readonly algorithm: Quota["algorithm"];
	readonly limit: number;
	readonly windowMs: number;
}

/**
 * What mixer/quota/README.md promises, over all proxies: of an algorithm other than fixed, that in any span from an
 * admission on; what the store granted before it to a request that hears of it in the span was on its way.
 */
function assertBound(world: LossyWorld, { algorithm, limit, windowMs }: Rule): void {
	for (const key of new Set(world.admissions.map((each) => each.key))) {
		const own = atOnce(world.admissions.filter((each) => each.key === key));
		for (const { atMs } of own) {
			if (algorithm === "fixed") {
				const window = Math.floor(atMs / windowMs);
				const spent = sum(own.filter((each) => Math.floor(each.atMs / windowMs) === window));
				assert.ok(spent <= limit, `${spent} of ${limit} spent of ${key} in window ${window}`);
				continue;
			}
			const onItsWay = world.onItsWay(key, atMs);
			for (const { atMs: endMs } of own) {
				const spanMs = endMs - atMs;
				if (spanMs < 0 || (algorithm === "rolling" && spanMs >= windowMs)) continue;
				const spent = sum(own.filter((each) => each.atMs >= atMs && each.atMs <= endMs));
				const burst = Math.ceil(limit / 2);
				const most = algorithm === "gcra" ? burst + Math.floor((limit * spanMs) / windowMs) : limit;
				const out = Math.floor((algorithm === "gcra" ? burst : limit) / 20);
				const bound = most + out + onItsWay;
				assert.ok(spent <= bound, `${spent} of ${bound} spent of ${key} in ${spanMs} ms from ${atMs} on`);
			}
		}
	}
}

/** Those of one time together. */
function atOnce(admissions: LossyWorld["admissions"]): LossyWorld["admissions"] {
	const times = Map.groupBy(admissions, ({ atMs }) => atMs);
	return [...times].map(([atMs, each]) => ({ key: each[0]?.key ?? "", atMs, amount: sum(each) }));
}

function sum(admissions: LossyWorld["admissions"]): number {
	return admissions.reduce((total, { amount }) => total + amount, 0);
}
