import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { QuotaRule } from "../../../mixer/quota/rule.ts";
import type { Operation, Outcome } from "../../../mixer/quota/store.ts";
import {
	type ClockedStore,
	caller,
	charge,
	DAY,
	fixed,
	gcra,
	giveBack,
	lease,
	MIDNIGHT,
	MINUTE,
	only,
	rolling,
	SECOND,
} from "./store-fixture.ts";

/** A call at a time, and what its outcomes must say. */
interface Step {
	readonly at?: number;
	readonly of: readonly Operation[];
	readonly is: readonly Partial<Outcome>[];
	readonly id?: string;
}

const L = fixed(3);
/** In steps of a second. */
const R = rolling(3, 64_000);
const twoKeys = { counter: "b" };

/** One suite for every store: each case is calls on an empty store, from midnight on, and their outcomes. */
const CASES: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
	{
		name: "a fixed window admits its limit, and all of it again in the next",
		steps: [
			{
				at: 10,
				of: [charge(L, 2)],
				is: [{ status: "ok", granted: 2, remaining: 1, validMs: 59_990, resetMs: 59_990 }],
			},
			{
				at: 20,
				of: [charge(L, 2)],
				is: [{ status: "denied", granted: 0, remaining: 1, retryAfterMs: 59_980, validMs: 0 }],
			},
			{ at: 30, of: [charge(L)], is: [{ status: "ok", granted: 1, remaining: 0, chargedAtMs: MIDNIGHT + 30 }] },
			{ at: MINUTE - 1, of: [charge(L)], is: [{ status: "denied", retryAfterMs: 1 }] },
			{ at: MINUTE, of: [charge(L, 3)], is: [{ status: "ok", granted: 3, remaining: 0, validMs: MINUTE }] },
		],
	},
	{
		name: "what is more than the limit can never be granted, and says so",
		steps: [
			{ of: [charge(L, 4)], is: [{ status: "denied", granted: 0, remaining: 3, retryAfterMs: 0 }] },
			{ of: [charge(gcra(10, 3), 4)], is: [{ status: "denied", retryAfterMs: 0 }] },
		],
	},
	{
		name: "a rolling window counts a charge for its length and a 64th",
		steps: [
			{ at: 10, of: [charge(R, 2)], is: [{ granted: 2, remaining: 1, resetMs: 64_989, validMs: 64_000 }] },
			{ at: 30_000, of: [charge(R)], is: [{ granted: 1, remaining: 0 }] },
			{ at: 64_998, of: [charge(R)], is: [{ status: "denied", retryAfterMs: 1 }] },
			{ at: 64_999, of: [charge(R, 2)], is: [{ status: "ok", granted: 2, remaining: 0 }] },
			{ at: 65_000, of: [charge(R, 2)], is: [{ status: "denied", retryAfterMs: 63_999 }] },
		],
	},
	{
		name: "gcra lets its burst pass at once and its rate after that",
		steps: [
			{ at: 0, of: [charge(gcra(60, 3), 3)], is: [{ granted: 3, remaining: 0, resetMs: 3000 }] },
			{ at: 999, of: [charge(gcra(60, 3))], is: [{ status: "denied", retryAfterMs: 1 }] },
			{ at: 1000, of: [charge(gcra(60, 3))], is: [{ status: "ok", granted: 1, remaining: 0 }] },
			{ at: 2500, of: [charge(gcra(60, 3), 2)], is: [{ status: "denied", remaining: 1, retryAfterMs: 500 }] },
			{ at: 10_000, of: [charge(gcra(60, 3), 3)], is: [{ status: "ok", granted: 3 }] },
		],
	},
	{
		name: "time that goes back is taken for the latest that was",
		steps: [
			{ at: MINUTE, of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ at: MINUTE - 1, of: [charge(L)], is: [{ status: "denied", chargedAtMs: MIDNIGHT + MINUTE }] },
		],
	},
	{
		name: "best effort takes what there is, and nothing is a denial",
		steps: [
			{ of: [charge(L, 2)], is: [{ granted: 2 }] },
			{ of: [charge(L, 5, { bestEffort: true })], is: [{ status: "ok", granted: 1, remaining: 0 }] },
			{ of: [charge(L, 5, { bestEffort: true })], is: [{ status: "denied", granted: 0 }] },
		],
	},
	{
		name: "an amount of 0 asks whether anything is left",
		steps: [
			{ of: [charge(L, 0)], is: [{ status: "ok", granted: 0, remaining: 3 }] },
			{ of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ of: [charge(L, 0)], is: [{ status: "denied", retryAfterMs: MINUTE }] },
		],
	},
	{
		name: "a limit of the policy's own counts on the same counter",
		steps: [
			{ of: [charge(fixed(3), 3)], is: [{ remaining: 0 }] },
			{ of: [charge(fixed(10), 5)], is: [{ status: "ok", remaining: 2 }] },
			{ of: [charge(fixed(3), 1)], is: [{ status: "denied", remaining: -5 }] },
		],
	},
	{
		name: "two keys have a limit each",
		steps: [
			{ of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ of: [charge(L, 3, twoKeys)], is: [{ granted: 3 }] },
		],
	},
	{
		name: "what one quota denies the others of the call withhold",
		steps: [
			{ of: [charge(L, 3)], is: [{ granted: 3 }] },
			{
				of: [charge(L), charge(L, 1, twoKeys)],
				is: [{ status: "denied" }, { status: "withheld", granted: 0, remaining: 3 }],
			},
			{
				of: [charge(L), lease(fixed(1000), { ...twoKeys, amount: 9, minimum: 1 })],
				is: [{ status: "denied" }, { status: "withheld", granted: 0, used: 0, leased: 0 }],
			},
			{
				of: [charge(L), lease(fixed(1000), { ...twoKeys, amount: 9 })],
				is: [{ status: "denied" }, { status: "ok", granted: 9, leased: 9 }],
			},
		],
	},
	{
		name: "a shadow and best effort withhold nothing",
		steps: [
			{ of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ of: [charge(L, 1, { binds: false }), charge(L, 1, twoKeys)], is: [{ status: "denied" }, { granted: 1 }] },
			{ of: [charge(L, 1, { bestEffort: true }), charge(L, 1, twoKeys)], is: [{ status: "denied" }, { granted: 1 }] },
		],
	},
	{
		name: "an id that comes again is answered as before, its times from then on, and charged once",
		steps: [
			{ at: 0, id: "x", of: [charge(L, 2)], is: [{ granted: 2, remaining: 1, validMs: MINUTE, isRepeated: false }] },
			{ at: 500, id: "x", of: [charge(L, 2)], is: [{ granted: 2, remaining: 1, validMs: 59_500, isRepeated: true }] },
			{ at: 600, id: "y", of: [charge(L)], is: [{ granted: 1, remaining: 0 }] },
			{ at: 19_999, id: "x", of: [charge(L, 2)], is: [{ granted: 2, resetMs: 40_001 }] },
		],
	},
	{
		name: "a lease takes what waits and at most half of a twentieth beyond it",
		steps: [
			{
				of: [lease(fixed(1000), { amount: 500, minimum: 2 })],
				is: [{ granted: 27, remaining: 973, leased: 25, leasedChange: 25, validMs: 30_000, oneByOne: false }],
			},
			{ of: [lease(fixed(1000), { pool: "q", amount: 500 })], is: [{ granted: 13, leased: 38 }] },
			{ of: [lease(fixed(1000), { pool: "r", amount: 4 })], is: [{ granted: 4, leased: 42 }] },
		],
	},
	{
		name: "a limit too small to lease is granted one by one",
		steps: [
			{ of: [lease(fixed(19), { amount: 5, minimum: 1 })], is: [{ granted: 1, leased: 0, oneByOne: true }] },
			{ of: [lease(fixed(19), { amount: 5, sequence: 2 })], is: [{ status: "ok", granted: 0, oneByOne: true }] },
			{ of: [lease(gcra(1000, 19), { ...twoKeys, amount: 5, minimum: 1 })], is: [{ granted: 1, oneByOne: true }] },
			{ of: [lease(fixed(20), { counter: "c", amount: 5, minimum: 1 })], is: [{ granted: 2, leased: 1 }] },
		],
	},
	{
		name: "the last of a limit is not leased",
		steps: [
			{ of: [charge(fixed(100), 94)], is: [{ granted: 94 }] },
			{ of: [lease(fixed(100), { amount: 50, minimum: 1 })], is: [{ granted: 3, remaining: 3 }] },
			{
				of: [lease(fixed(100), { pool: "q", amount: 50, minimum: 2 })],
				is: [{ granted: 2, oneByOne: true, remaining: 1 }],
			},
			{
				of: [lease(fixed(100), { pool: "q", amount: 50, minimum: 2 })],
				is: [{ status: "denied", granted: 0, retryAfterMs: MINUTE }],
			},
		],
	},
	{
		name: "what a pool no longer holds counts as spent, and it gets more",
		steps: [
			{ of: [lease(fixed(1000), { amount: 25 })], is: [{ granted: 25, leased: 25 }] },
			{
				of: [lease(fixed(1000), { amount: 25, sequence: 2, held: 5 })],
				is: [{ granted: 23, leased: 28, leasedChange: 3, forfeited: 0 }],
			},
			{ of: [lease(fixed(1000), { amount: 1, sequence: 3, held: 40 })], is: [{ leased: 29, forfeited: 12 }] },
		],
	},
	{
		name: "a pool's earlier message is stale",
		steps: [
			{ of: [lease(fixed(1000), { amount: 10, sequence: 7 })], is: [{ granted: 10 }] },
			{
				of: [lease(fixed(1000), { amount: 10, minimum: 1, sequence: 7 })],
				is: [{ status: "stale", granted: 0, used: 10 }],
			},
			{
				of: [giveBack(fixed(1000), { amount: 10, sequence: 6 })],
				is: [{ status: "stale", granted: 0, used: 10, leased: 10 }],
			},
		],
	},
	{
		name: "what comes back can be granted again",
		steps: [
			{ of: [lease(fixed(1000), { amount: 20 })], is: [{ granted: 20, used: 20 }] },
			{
				of: [giveBack(fixed(1000), { amount: 15, held: 2 })],
				is: [{ granted: 15, used: 5, leased: 2, leasedChange: -18 }],
			},
			{ of: [giveBack(fixed(1000), { amount: 9, sequence: 3 })], is: [{ granted: 2, used: 3, leased: 0 }] },
			{ of: [giveBack(fixed(1000), { amount: 9, sequence: 4, held: 1 })], is: [{ granted: 0, used: 3, forfeited: 1 }] },
		],
	},
	{
		name: "a lease ends with its window: what is out stays spent, and nothing comes back or over",
		steps: [
			{ at: MINUTE - 100, of: [lease(fixed(1000), { amount: 20 })], is: [{ granted: 20, validMs: 100 }] },
			{
				at: MINUTE,
				of: [lease(fixed(1000), { amount: 1, sequence: 2, held: 20 })],
				is: [{ granted: 1, used: 1, leased: 1, stranded: 20, forfeited: 20 }],
			},
			{
				at: 2 * MINUTE,
				of: [giveBack(fixed(1000), { amount: 1, sequence: 3 })],
				is: [{ granted: 0, used: 0, stranded: 1 }],
			},
		],
	},
	{
		name: "a lease of a long or rolling window ends after 30 s and stays spent",
		steps: [
			{ at: 0, of: [lease(fixed(1000, DAY), { amount: 25 })], is: [{ granted: 25, validMs: 30_000 }] },
			{ at: 0, of: [lease(rolling(1000), { ...twoKeys, amount: 25 })], is: [{ granted: 25, validMs: 30_000 }] },
			{
				at: 29_999,
				of: [lease(fixed(1000, DAY), { amount: 9, held: 25, sequence: 2 })],
				is: [{ granted: 9, forfeited: 0, leased: 34 }],
			},
			{
				at: 60_000,
				of: [giveBack(fixed(1000, DAY), { amount: 34, sequence: 3 })],
				is: [{ granted: 0, used: 34, leased: 0, stranded: 34 }],
			},
			{ at: 30_000, of: [charge(rolling(1000), 1, twoKeys)], is: [{ used: 26, leased: 0, stranded: 25 }] },
		],
	},
	{
		name: "a settlement gives back what was too much, and takes what was too little even beyond the limit",
		steps: [
			{ at: 0, of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ at: 10, of: [settle(L, { reserved: 3, amount: 1 })], is: [{ status: "ok", used: 1, remaining: 2 }] },
			{ at: 20, of: [settle(L, { reserved: 0, amount: 7 })], is: [{ status: "ok", used: 8, remaining: -5 }] },
			{ at: 30, of: [charge(L)], is: [{ status: "denied" }] },
		],
	},
	{
		name: "a settlement gives nothing back into another window",
		steps: [
			{ at: 0, of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ at: 0, of: [charge(rolling(9), 3, twoKeys)], is: [{ granted: 3 }] },
			{ at: MINUTE, of: [charge(L, 2)], is: [{ granted: 2 }] },
			{ at: MINUTE, of: [settle(L, { reserved: 3, amount: 0 })], is: [{ used: 2 }] },
			{ at: MINUTE, of: [settle(L, { reserved: 3, amount: 4 })], is: [{ used: 3 }] },
			{ at: 2 * MINUTE, of: [charge(rolling(9), 3, twoKeys)], is: [{ used: 3 }] },
			{ at: 2 * MINUTE, of: [settle(rolling(9), { ...twoKeys, reserved: 3, amount: 0 })], is: [{ used: 3 }] },
		],
	},
	{
		name: "what a call gives back it can grant",
		steps: [
			{ of: [charge(L, 3)], is: [{ granted: 3 }] },
			{ of: [charge(L, 2), settle(L, { reserved: 3, amount: 1 })], is: [{ status: "ok", granted: 2 }, { used: 3 }] },
		],
	},
	{
		name: "returns to a rolling window and to gcra",
		steps: [
			{ at: 0, of: [charge(rolling(100, 64_000), 4)], is: [{ used: 4 }] },
			{ at: 5000, of: [lease(rolling(100, 64_000), { amount: 3 })], is: [{ granted: 3, used: 7 }] },
			{ at: 6000, of: [giveBack(rolling(100, 64_000), { amount: 3 })], is: [{ granted: 3, used: 4, resetMs: 63_999 }] },
			{ at: 6000, of: [lease(gcra(6000, 100), { ...twoKeys, amount: 3 })], is: [{ granted: 3, used: 3 }] },
			{
				at: 6010,
				of: [giveBack(gcra(6000, 100), { ...twoKeys, amount: 3 })],
				is: [{ granted: 3, used: 0, resetMs: 0 }],
			},
		],
	},
	{
		name: "reading shows a counter and changes nothing",
		steps: [
			{ of: [charge(L, 2)], is: [{ granted: 2 }] },
			{
				of: [{ kind: "read", counter: "a", rule: L }],
				is: [{ status: "ok", granted: 0, used: 2, remaining: 1, leased: 0 }],
			},
			{ of: [{ kind: "read", counter: "nobody", rule: L }], is: [{ used: 0, remaining: 3, resetMs: 0 }] },
		],
	},
];

function settle(rule: QuotaRule, more: { reserved: number; amount: number; counter?: string }): Operation {
	return { kind: "settle", counter: "a", rule, chargedAtMs: MIDNIGHT, ...more };
}

/** Runs every case against a store; `make` gives an empty one. */
export function storeCases(what: string, make: () => Promise<ClockedStore>): void {
	describe(`${what} as every store`, () => {
		for (const { name, steps } of CASES) {
			test(name, async () => {
				const { store, setNow } = await make();
				for (const [index, step] of steps.entries()) {
					await setNow(MIDNIGHT + (step.at ?? index));
					const outcomes = await store.allocate({ dedupId: step.id ?? `step-${index}`, operations: step.of });
					const seen = outcomes.map((outcome, at) => pick(outcome, step.is[at] ?? {}));
					// A case that says no time is at midnight or after it.
					assert.deepEqual(
						seen,
						step.is.map((expected) => shifted(expected, step.at === undefined ? index : 0)),
						`step ${index}`,
					);
				}
			});
		}

		test("forgets a counter that is reset, and what was out of it", async () => {
			const { store, setNow } = await make();
			await setNow(MIDNIGHT);
			const call = caller(store);
			await call(charge(fixed(1000), 990), lease(fixed(1000), { counter: "b", amount: 20 }));
			assert.deepEqual([await store.reset("a"), await store.reset("b"), await store.reset("a")], [true, true, false]);
			assert.equal(only(await call(charge(fixed(1000), 1000))).granted, 1000);
			const { granted, forfeited } = only(
				await call(lease(fixed(1000), { counter: "b", amount: 1, sequence: 2, held: 20 })),
			);
			assert.deepEqual([granted, forfeited], [1, 20]);
		});

		test("keeps at most 256 pools of a key; more get what they need and no lease", async () => {
			const { store, setNow } = await make();
			await setNow(MIDNIGHT);
			const call = caller(store);
			const rule = fixed(1_000_000);
			for (let i = 0; i < 256; i++) await call(lease(rule, { pool: `p${i}`, amount: 1 }));
			const more = only(await call(lease(rule, { pool: "more", amount: 9, minimum: 2 })));
			assert.deepEqual([more.granted, more.leased, more.oneByOne], [2, 256, true]);
			const known = only(await call(lease(rule, { pool: "p7", amount: 9, sequence: 2, held: 1 })));
			assert.deepEqual([known.granted, known.leased], [9, 265]);
		});
	});
}

function pick(outcome: Outcome, fields: Partial<Outcome>): Partial<Outcome> {
	return Object.fromEntries(Object.entries(outcome).filter(([name]) => name in fields));
}

/** The times of a step that stands some milliseconds after midnight, as if it stood at midnight. */
function shifted(expected: Partial<Outcome>, ms: number): Partial<Outcome> {
	const times = ["retryAfterMs", "resetMs", "validMs"] as const;
	const moved = times.flatMap((name) => {
		const value = expected[name];
		return value !== undefined && value > 30 * SECOND ? [[name, value - ms]] : [];
	});
	return { ...expected, ...Object.fromEntries(moved) };
}
