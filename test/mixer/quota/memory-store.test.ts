import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryQuotaStore } from "../../../mixer/quota/memory-store.ts";
import { storeCases } from "./store-cases.ts";
import { caller, charge, fixed, lease, MIDNIGHT, MINUTE, only } from "./store-fixture.ts";

function clocked(options: { maxKeys?: number; onStranded?: (counter: string, amount: number) => void } = {}) {
	let now = MIDNIGHT;
	const store = new MemoryQuotaStore({ clock: { now: () => now }, ...options });
	const setNow = (ms: number) => {
		now = ms;
	};
	return { store, setNow };
}

storeCases("memory", async () => clocked());

test("a key that is over makes room; one that counts is never forgotten for another", async () => {
	const { store, setNow } = clocked({ maxKeys: 2 });
	const call = caller(store);
	await call(charge(fixed(3), 3, { counter: "a" }), charge(fixed(3), 3, { counter: "b" }));
	await assert.rejects(call(charge(fixed(3), 1, { counter: "c" })), {
		code: "unavailable",
		message: "quotas: 2 keys are counted, which is all there is room for",
	});
	assert.equal(only(await call(charge(fixed(3), 1, { counter: "a" }))).status, "denied");
	setNow(MIDNIGHT + MINUTE);
	assert.equal(only(await call(charge(fixed(3), 1, { counter: "c" }))).granted, 1);
});

test("keys that nobody asks for any more are forgotten as calls come", async () => {
	const { store, setNow } = clocked();
	const call = caller(store);
	for (let i = 0; i < 1000; i++) await call(charge(fixed(3), 1, { counter: `k${i}` }));
	assert.equal(store.keys, 1000);
	setNow(MIDNIGHT + MINUTE);
	for (let i = 0; i < 200; i++) await call(charge(fixed(3), 1, { counter: `k${i}` }));
	assert.equal(store.keys, 200);
});

test("a denial of a new key keeps nothing of it", async () => {
	const { store } = clocked();
	await caller(store)(charge(fixed(3), 4));
	assert.equal(store.keys, 0);
});

test("says what was out when a key is forgotten that nobody asks for any more", async () => {
	const stranded: [string, number][] = [];
	const { store, setNow } = clocked({ onStranded: (counter, amount) => stranded.push([counter, amount]) });
	const call = caller(store);
	await call(lease(fixed(1000), { amount: 20 }));
	setNow(MIDNIGHT + MINUTE);
	await call(charge(fixed(3), 1, { counter: "b" }));
	assert.deepEqual(stranded, [["a", 20]]);
});
