import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkout } from "../../setup/checkout.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const preload = `--import=${join(checkout, "setup/test-file.mjs")}`;

/** The environment without what this runner told this file. */
const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;

/** Runs a test file under a limit of its own. */
function runUnderLimit(t: TestContext, text: string, limitMs: number) {
	const file = join(temporaryFolder(t), "a.test.mjs");
	writeFileSync(file, text);
	const args = [preload, "--test", "--test-reporter=tap", file];
	const run = spawnSync(process.execPath, args, {
		env: { ...env, SLUICE_TEST_FILE_MS: String(limitMs) },
		encoding: "utf8",
		timeout: 60_000,
	});
	return { status: run.status, output: run.stdout + run.stderr };
}

test("a file that leaves something open fails at its limit, and says what", (t) => {
	const text = 'import test from "node:test"; test("a", () => {}); setInterval(() => {}, 1000);';
	const { status, output } = runUnderLimit(t, text, 1000);
	assert.equal(status, 1);
	assert.match(output, /a\.test\.mjs: not finished after 1 s; still open: .*Timeout/);
});

test("a file that ends by itself is left alone", (t) => {
	const { status } = runUnderLimit(t, 'import test from "node:test"; test("a", () => {});', 30_000);
	assert.equal(status, 0);
});

for (const { signal, status } of [
	{ signal: "SIGINT", status: 130 },
	{ signal: "SIGTERM", status: 143 },
] as const) {
	test(`a file that ${signal} ends does first what it has to do at its exit`, async (t) => {
		const file = join(temporaryFolder(t), "a.test.mjs");
		const text =
			'process.once("exit", () => console.log("cleaned up")); setInterval(() => {}, 1000); console.log("ready");';
		writeFileSync(file, text);
		const run = spawn(process.execPath, [preload, file], { env: { ...env, NODE_TEST_CONTEXT: "child" } });
		t.after(() => run.kill("SIGKILL"));
		let output = "";
		run.stdout.on("data", (chunk) => {
			output += chunk;
			if (output === "ready\n") run.kill(signal);
		});
		assert.deepEqual(await once(run, "close"), [status, null]);
		assert.equal(output, "ready\ncleaned up\n");
	});
}
