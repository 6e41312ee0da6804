import assert from "node:assert/strict";
import { test } from "node:test";
import { Teardown } from "../../../cli/up/teardown.ts";

test("ends everything in the reverse order, once, and reports what failed", async () => {
	const ended: string[] = [];
	const teardown = new Teardown();
	teardown.add("the Mixer", async () => void ended.push("mixer"));
	teardown.add("the sample", async () => {
		ended.push("sample");
		throw new Error("stuck");
	});
	teardown.add("Envoy", async () => void ended.push("envoy"));
	assert.deepEqual(await teardown.run(), ["stopping the sample: stuck"]);
	assert.deepEqual(await teardown.run(), []);
	assert.deepEqual(ended, ["envoy", "sample", "mixer"]);
});

test("kills what has not ended yet, even while something is being ended", async () => {
	const killed: string[] = [];
	const teardown = new Teardown();
	const { promise: ending, resolve: end } = Promise.withResolvers<void>();
	teardown.add(
		"the sample",
		async () => {},
		() => killed.push("sample"),
	);
	teardown.add(
		"Envoy",
		() => ending,
		() => killed.push("envoy"),
	);
	const run = teardown.run();
	teardown.kill();
	end();
	await run;
	teardown.kill();
	assert.deepEqual(killed, ["sample", "envoy"]);
});
