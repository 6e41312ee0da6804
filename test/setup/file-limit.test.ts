import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkout } from "../../setup/checkout.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

/** Runs a test file under a limit of its own; the environment of this runner is not handed on. */
function runUnderLimit(t: TestContext, text: string, limitMs: number) {
	const file = join(temporaryFolder(t), "a.test.mjs");
	writeFileSync(file, text);
	const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
	const args = [`--import=${join(checkout, "setup/file-limit.mjs")}`, "--test", "--test-reporter=tap", file];
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
