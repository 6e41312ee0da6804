import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BatchMemory, MAX_RANGES, MAX_RUNS } from "../../../mixer/report/batch-memory.ts";

const run = { proxy: "edge-1", vm: 1, epoch: 1n };

test("knows exactly the numbers it was told, in any order", () => {
	fc.assert(
		fc.property(fc.array(fc.bigInt({ min: 1n, max: 60n })), (sequences) => {
			const memory = new BatchMemory();
			for (const sequence of sequences) memory.add(run, sequence);
			const told = new Set(sequences);
			for (let sequence = 1n; sequence <= 61n; sequence++) {
				assert.equal(memory.has(run, sequence), told.has(sequence), `${sequence} of ${sequences}`);
			}
		}),
	);
});

test("keeps proxies, VMs and epochs apart", () => {
	const memory = new BatchMemory();
	memory.add(run, 1n);
	for (const other of [{ proxy: "edge-2" }, { vm: 2 }, { epoch: 2n }, { proxy: "1/edge-1", vm: 1 }]) {
		assert.equal(memory.has({ ...run, ...other }, 1n), false);
	}
	assert.equal(memory.has({ ...run }, 1n), true);
});

test("takes any number of batches in a row for one range", () => {
	const memory = new BatchMemory();
	for (let sequence = 1n; sequence <= 10_000n; sequence++) memory.add(run, sequence);
	assert.ok(memory.has(run, 1n) && memory.has(run, 10_000n));
	assert.equal(memory.has(run, 10_001n), false);
});

test("forgets the oldest range beyond the bound, and only that", () => {
	const memory = new BatchMemory();
	for (let i = 0; i <= MAX_RANGES; i++) memory.add(run, BigInt(2 * i + 1));
	assert.equal(memory.has(run, 1n), false);
	assert.equal(memory.has(run, 3n), true);
});

test("forgets the VM that was silent longest", () => {
	const memory = new BatchMemory();
	for (let vm = 0; vm < MAX_RUNS; vm++) memory.add({ ...run, vm }, 1n);
	memory.add({ ...run, vm: 0 }, 2n);
	memory.add({ ...run, vm: MAX_RUNS }, 1n);
	assert.equal(memory.has({ ...run, vm: 1 }, 1n), false);
	assert.equal(memory.has({ ...run, vm: 0 }, 1n), true);
});
