import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { beforeEach, test } from "node:test";
import { onStopSignals } from "../../../cli/up/stop-signals.ts";

let source = new EventEmitter();
let nowMs = 0;
let calls: string[] = [];
let cancel = () => {};

beforeEach(() => {
	source = new EventEmitter();
	nowMs = 5000;
	calls = [];
	cancel = onStopSignals({
		source,
		now: () => nowMs,
		stop: () => calls.push("stop"),
		kill: () => calls.push("kill"),
	});
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
	test(`stops at ${signal}`, () => {
		source.emit(signal);
		assert.deepEqual(calls, ["stop"]);
	});
}

test("takes several signals within a second for one", () => {
	source.emit("SIGINT");
	nowMs += 500;
	source.emit("SIGTERM");
	nowMs += 499;
	source.emit("SIGINT");
	assert.deepEqual(calls, ["stop"]);
});

test("kills at a signal that comes a second later", () => {
	source.emit("SIGINT");
	nowMs += 1000;
	source.emit("SIGINT");
	assert.deepEqual(calls, ["stop", "kill"]);
});

test("listens no more once cancelled", () => {
	cancel();
	source.emit("SIGINT");
	assert.deepEqual(calls, []);
	assert.deepEqual(source.eventNames(), []);
});
