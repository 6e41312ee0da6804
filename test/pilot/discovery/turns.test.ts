import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Turns } from "../../../pilot/discovery/turns.ts";
import { ManualClock } from "../../mixer/report/manual-clock.ts";

let timer: ManualClock;
let max: number;
let turns: Turns;
let started: string[];
let ends: Map<string, () => void>;

beforeEach(() => {
	timer = new ManualClock();
	max = 2;
	turns = new Turns({ timer, max: () => max });
	started = [];
	ends = new Map();
});

function take(name: string): void {
	ends.set(
		name,
		turns.take(() => started.push(name)),
	);
}

test("lets as many in as may be, the others in the order in which they came", () => {
	for (const name of ["a", "b", "c", "d"]) take(name);
	assert.deepEqual(started, ["a", "b"]);
	ends.get("b")?.();
	assert.deepEqual(started, ["a", "b", "c"]);
	ends.get("a")?.();
	assert.deepEqual(started, ["a", "b", "c", "d"]);
});

test("counts an end once", () => {
	for (const name of ["a", "b", "c", "d"]) take(name);
	ends.get("a")?.();
	ends.get("a")?.();
	assert.deepEqual(started, ["a", "b", "c"]);
});

test("forgets who no longer waits", () => {
	for (const name of ["a", "b", "c", "d"]) take(name);
	ends.get("c")?.();
	ends.get("a")?.();
	assert.deepEqual(started, ["a", "b", "d"]);
});

test("goes on after a second, though a turn has not ended", async () => {
	for (const name of ["a", "b", "c"]) take(name);
	await timer.advance(999);
	assert.deepEqual(started, ["a", "b"]);
	await timer.advance(1);
	assert.deepEqual(started, ["a", "b", "c"]);
});

test("lets one in where no number of them is allowed", () => {
	max = 0;
	take("a");
	take("b");
	assert.deepEqual(started, ["a"]);
});

test("leaves no timer when all have ended", () => {
	for (const name of ["a", "b", "c"]) take(name);
	for (const name of ["a", "b", "c"]) ends.get(name)?.();
	assert.equal(timer.next, undefined);
});
