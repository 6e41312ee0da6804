import assert from "node:assert/strict";
import { test } from "node:test";
import { HeavyHitters, MAX_WATCHED } from "../../../mixer/quota/heavy-hitters.ts";
import { MemoryQuotaStore } from "../../../mixer/quota/memory-store.ts";
import { QuotaUsage } from "../../../mixer/quota/usage.ts";
import { charge, fixed, MIDNIGHT, only } from "./store-fixture.ts";

test("knows each key's amount while there are few", () => {
	const keys = new HeavyHitters<number>();
	for (const [key, amount] of [
		[1, 5],
		[2, 9],
		[1, 6],
	] as const)
		keys.add(`${key}`, key, amount);
	assert.deepEqual(keys.top(10), [
		{ key: 1, amount: 11, over: 0 },
		{ key: 2, amount: 9, over: 0 },
	]);
});

test("keeps the heavy ones among any number of light ones, within its bound", () => {
	const keys = new HeavyHitters<number>();
	for (let i = 0; i < 100_000; i++) keys.add(`${i % 20 === 0 ? -1 : i}`, i % 20 === 0 ? -1 : i, 1);
	const [heaviest, ...others] = keys.top(1000);
	assert.equal(heaviest?.key, -1);
	assert.ok(heaviest.amount >= 5000 && heaviest.amount - heaviest.over <= 5000);
	assert.equal(others.length, MAX_WATCHED - 1);
});

test("counts denials of the last sixty seconds", async () => {
	let now = MIDNIGHT;
	const usage = new QuotaUsage(() => now);
	const store = new MemoryQuotaStore({ clock: { now: () => MIDNIGHT } });
	const operation = charge(fixed(1), 2);
	const deny = async (dedupId: string) => {
		usage.add("reads", Uint8Array.of(), operation, only(await store.allocate({ dedupId, operations: [operation] })));
	};
	await deny("a");
	await deny("a");
	now += 30_000;
	await deny("b");
	assert.equal(usage.deniedLastMinute("reads"), 2);
	now += 29_999;
	assert.equal(usage.deniedLastMinute("reads"), 2);
	now += 1;
	assert.equal(usage.deniedLastMinute("reads"), 1);
	now += 10 * 60_000;
	assert.deepEqual([usage.deniedLastMinute("reads"), usage.deniedLastMinute("other")], [0, 0]);
});
