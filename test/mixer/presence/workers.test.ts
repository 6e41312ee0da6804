import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownVm } from "../../../mixer/presence/vm-table.ts";
import { proxyWorkers, workersAmong } from "../../../mixer/presence/workers.ts";

let made = 0;

/** VMs of a proxy and revision; those that had a stream first. */
function vms(proxy: string, revision: string, counts: { busy?: number; idle?: number }): KnownVm[] {
	const { busy = 0, idle = 0 } = counts;
	return Array.from({ length: busy + idle }, (_, i) => {
		const life = { vm: ++made, epoch: 1n, streams: 0, sinceMs: 0, heardMs: 0 };
		return { proxy, revision, hadStream: i < busy, ...life };
	});
}

for (const [busy, idle, workers] of [
	[0, 0, 0],
	[0, 1, 0],
	[0, 3, 2],
	[1, 2, 2],
	[2, 1, 2],
	[2, 0, 2],
	[1, 0, 1],
] as const) {
	test(`of ${busy} VMs that had streams and ${idle} that had none, ${workers} are workers' for sure`, () => {
		assert.equal(workersAmong(vms("edge", "r1", { busy, idle })), workers);
	});
}

test("a proxy has as many workers as the revision has that most of them run", () => {
	const known = [
		...vms("b", "r1", { idle: 3 }),
		...vms("b", "r2", { idle: 2 }),
		...vms("a", "r2", { busy: 4, idle: 1 }),
		...vms("c", "r1", { busy: 1, idle: 1 }),
	];
	assert.deepEqual(proxyWorkers(known, "r2"), [
		{ proxy: "a", workers: 4, live: 4 },
		{ proxy: "b", workers: 2, live: 1 },
		{ proxy: "c", workers: 1, live: 0 },
	]);
});
