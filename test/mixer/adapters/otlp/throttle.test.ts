import assert from "node:assert/strict";
import { test } from "node:test";
import { Throttle } from "../../../../mixer/adapters/otlp/throttle.ts";

/** On a clock that only waiting moves. */
function throttle() {
	const waits: number[] = [];
	const clock = { nowMs: 1000 };
	const wait = async (ms: number) => {
		waits.push(ms);
		clock.nowMs += ms;
	};
	return { throttle: new Throttle({ now: () => clock.nowMs, wait }), waits, clock };
}

test("lets everything pass before anybody asked for time", async () => {
	const { throttle: one, waits } = throttle();
	await one.pass();
	assert.deepEqual(waits, []);
});

test("waits for as long as it is asked to, once", async () => {
	const { throttle: one, waits, clock } = throttle();
	one.back(500);
	clock.nowMs += 200;
	await one.pass();
	await one.pass();
	assert.deepEqual(waits, [300]);
});

for (const [askedMs, waitedMs] of [
	[3_600_000, [30_000]],
	[-5, []],
	[0, []],
] as const) {
	test(`takes ${askedMs} ms for what is bearable`, async () => {
		const { throttle: one, waits } = throttle();
		one.back(askedMs);
		await one.pass();
		assert.deepEqual(waits, waitedMs);
	});
}
