import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { LoadedRevision } from "../../../mixer/policy/evaluation.ts";
import { PolicyPool } from "../../../mixer/policy/policy-pool.ts";
import { HandClock } from "./hand-clock.ts";
import { buildForMixer, examplePolicies } from "./policy-folder.ts";

const entrypoint = "bookstore/authz/decision";

test("starts workers again, not in a busy loop, after they ended by themselves", async (context) => {
	const { policyWasm, data } = await buildForMixer(examplePolicies);
	const module = await WebAssembly.compile(policyWasm);
	const clock = new HandClock();
	const pool = new PolicyPool({ workers: 1, queuedChecks: 10, clock });
	context.after(() => pool.stop());
	await pool.started;
	const good: LoadedRevision = { revision: "good", module, data, lenientEntrypoints: [] };
	pool.load(good);
	const ask = () => pool.evaluate({ revision: "good", entrypoint, input: Buffer.from("{}"), deadlineMs: 60_000 });
	assert.equal((await ask()).status, "ok");

	// Data that are not JSON end a worker as soon as it loads them, and every new one too.
	pool.load({ ...good, revision: "bad", data: Buffer.from("{") });
	const waiting = ask();
	const lost = waiting.then(({ status }) => status);
	// Both threads end, both new ones end, and then each waits to be started again; beside them the question's deadline.
	await until(() => clock.waiting >= 2);
	pool.unload("bad");
	clock.advance(1000);
	await until(() => clock.waiting === 0);
	assert.ok(["ok", "policy_error"].includes(await lost));
	assert.equal((await ask()).status, "ok");
	assert.equal(pool.kills, 0);
});

/** Lets events happen until it holds; the test's own timeout bounds it. */
async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await setImmediate();
}

test("grows and shrinks while it evaluates, and answers everything", async (context) => {
	const { policyWasm, data } = await buildForMixer(examplePolicies);
	const pool = new PolicyPool({ workers: 1, queuedChecks: 1, clock: new HandClock() });
	context.after(() => pool.stop());
	pool.load({ revision: "good", module: await WebAssembly.compile(policyWasm), data, lenientEntrypoints: [] });
	const ask = () => pool.evaluate({ revision: "good", entrypoint, input: Buffer.from("{}"), deadlineMs: 60_000 });
	const statuses = async (answers: readonly ReturnType<typeof ask>[]) =>
		(await Promise.all(answers)).map(({ status }) => status);
	const before = [ask(), ask()];
	pool.resize({ workers: 3, queuedChecks: 2 });
	before.push(ask());
	assert.deepEqual(await statuses(before), ["ok", "unavailable", "ok"]);
	assert.equal(pool.threads, 4);
	pool.resize({ workers: 1, queuedChecks: 1 });
	assert.equal(pool.threads, 2);
	assert.deepEqual(await statuses([ask()]), ["ok"]);
	assert.equal(pool.threads, 2);
});
