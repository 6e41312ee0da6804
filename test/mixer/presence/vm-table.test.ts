import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MAX_VMS, VM_TTL_MS, VmTable, type VmWord } from "../../../mixer/presence/vm-table.ts";
import { HandClock } from "../policy/hand-clock.ts";

const START = 1_700_000_000_000_000_000n;
const SECOND = 1_000_000_000n;

let clock: HandClock;
let table: VmTable;

beforeEach(() => {
	clock = new HandClock();
	table = new VmTable(clock);
});

function word(vm: number, more: Partial<VmWord> = {}): VmWord {
	return { proxy: "edge", vm, epoch: START, revision: "r1", streams: 0, hadStream: false, ...more };
}

function living(): string[] {
	return table.vms().map(({ proxy, vm, revision }) => `${proxy} ${vm} ${revision}`);
}

describe("a VM", () => {
	test("lives for eight seconds after its last word", () => {
		table.hear(word(1));
		clock.advance(VM_TTL_MS - 1);
		table.hear(word(2, { proxy: "other" }));
		assert.deepEqual(living(), ["edge 1 r1", "other 2 r1"]);
		clock.advance(1);
		assert.deepEqual(living(), ["other 2 r1"]);
		table.hear(word(2, { proxy: "other" }));
		clock.advance(VM_TTL_MS - 1);
		assert.deepEqual(living(), ["other 2 r1"]);
	});

	test("is known since its first word, and by its last one", () => {
		clock.advance(1000);
		table.hear(word(1, { streams: 2, hadStream: true }));
		clock.advance(5000);
		table.hear(word(1));
		assert.deepEqual(
			table.vms().map(({ sinceMs, heardMs, streams, hadStream }) => ({ sinceMs, heardMs, streams, hadStream })),
			[{ sinceMs: 1000, heardMs: 6000, streams: 0, hadStream: true }],
		);
	});
});

describe("a proxy that counts from 1 again", () => {
	test("has lost the VMs of its life before", () => {
		for (const vm of [27, 28, 29]) table.hear(word(vm));
		table.hear(word(1, { proxy: "other" }));
		table.hear(word(1, { epoch: START + 3n * SECOND }));
		assert.deepEqual(living(), ["other 1 r1", "edge 1 r1"]);
	});

	test("keeps those that started at the same time with higher numbers", () => {
		table.hear(word(3, { streams: 1 }));
		table.hear(word(2, { revision: "r2", epoch: START + 2n * SECOND }));
		assert.deepEqual(living(), ["edge 3 r1", "edge 2 r2"]);
	});

	test("keeps those with lower numbers and streams of another revision, however early they started", () => {
		table.hear(word(1, { streams: 1 }));
		table.hear(word(2, { revision: "r2", epoch: START + 3600n * SECOND }));
		assert.deepEqual(living(), ["edge 1 r1", "edge 2 r2"]);
	});
});

describe("a new VM", () => {
	test("shows that those of its revision's time before are gone", () => {
		for (const vm of [1, 2, 3]) table.hear(word(vm));
		for (const vm of [7, 8, 9]) table.hear(word(vm, { epoch: START + SECOND + BigInt(vm) }));
		assert.deepEqual(living(), ["edge 7 r1", "edge 8 r1", "edge 9 r1"]);
	});

	test("shows that those of another revision are gone, but for those with streams", () => {
		table.hear(word(1));
		table.hear(word(2, { streams: 1 }));
		table.hear(word(3, { proxy: "other" }));
		table.hear(word(4, { revision: "r2", epoch: START + 1n }));
		assert.deepEqual(living(), ["edge 2 r1", "other 3 r1", "edge 4 r2"]);
	});

	test("of an older start shows nothing of a newer revision's", () => {
		table.hear(word(4, { revision: "r2", epoch: START + 1n }));
		table.hear(word(1));
		assert.deepEqual(living(), ["edge 4 r2", "edge 1 r1"]);
	});

	test("does not stand for one that speaks again", () => {
		table.hear(word(1));
		table.hear(word(2, { epoch: START + 2n * SECOND }));
		assert.deepEqual(living(), ["edge 2 r1"]);
		table.hear(word(1));
		assert.deepEqual(living(), ["edge 2 r1", "edge 1 r1"]);
	});
});

test("forgets the VM that was silent longest where there are too many", () => {
	for (let vm = 1; vm <= MAX_VMS; vm++) table.hear(word(vm));
	table.hear(word(1));
	table.hear(word(MAX_VMS + 1));
	const vms = table.vms();
	assert.equal(vms.length, MAX_VMS);
	assert.deepEqual([vms.at(0)?.vm, vms.at(-2)?.vm, vms.at(-1)?.vm], [3, 1, MAX_VMS + 1]);
});

test("tells of every word until nobody listens any more", () => {
	let words = 0;
	const end = table.onChange(() => words++);
	table.hear(word(1));
	table.hear(word(1));
	assert.equal(words, 2);
	end();
	table.hear(word(2));
	assert.equal(words, 2);
});
