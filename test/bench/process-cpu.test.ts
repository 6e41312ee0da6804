import assert from "node:assert/strict";
import test from "node:test";
import { cpuTicks, ticksIn, tickUs } from "../../bench/measure/process-cpu.ts";

const line = (name: string) => `42 (${name}) S 1 42 42 0 -1 4194560 100 0 0 0 12 34 5 6 20 0 8 0 100 1000 50`;

for (const name of ["envoy", "a b", "x) R 9 9 (y", ""]) {
	test(`user and system time of a program called ${JSON.stringify(name)} are found`, () => {
		assert.equal(ticksIn(line(name)), 46);
	});
}

test("what is no such line is refused", () => {
	assert.throws(() => ticksIn("42 (envoy) S 1"), { message: "not a line of /proc/PID/stat: 42 (envoy) S 1" });
});

test("work shows in this process's own time", async () => {
	const perTick = await tickUs();
	const before = await cpuTicks(process.pid);
	const start = process.cpuUsage();
	let used = 0;
	while (used < 5 * perTick) {
		const { user, system } = process.cpuUsage(start);
		used = user + system;
	}
	const ticks = (await cpuTicks(process.pid)) - before;
	assert.ok(ticks >= 4, `${ticks} ticks`);
});
