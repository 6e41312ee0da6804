import assert from "node:assert/strict";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { hashInputs, unlessUpToDate } from "../../setup/stamps.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

function write(root: string, path: string, text: string): void {
	mkdirSync(join(root, path, ".."), { recursive: true });
	writeFileSync(join(root, path), text);
}

test("contents, names and facts change the hash; times do not", (t) => {
	const root = temporaryFolder(t);
	write(root, "in/a", "1");
	write(root, "in/deep/b", "2");
	const before = hashInputs(root, ["in"], ["opa 1.22.2"]);
	utimesSync(join(root, "in/a"), 1, 1);
	assert.equal(hashInputs(root, ["in"], ["opa 1.22.2"]), before);
	assert.notEqual(hashInputs(root, ["in"], ["opa 1.22.3"]), before);
	write(root, "in/deep/b", "3");
	const changed = hashInputs(root, ["in"], ["opa 1.22.2"]);
	assert.notEqual(changed, before);
	rmSync(join(root, "in/deep/b"));
	write(root, "in/deep/c", "3");
	assert.notEqual(hashInputs(root, ["in"], ["opa 1.22.2"]), changed);
});

test("text that moves from one file to the next changes the hash", (t) => {
	const root = temporaryFolder(t);
	write(root, "in/a", "12");
	write(root, "in/b", "");
	const before = hashInputs(root, ["in"]);
	write(root, "in/a", "1");
	write(root, "in/b", "2");
	assert.notEqual(hashInputs(root, ["in"]), before);
});

test("what npm installs is no input", (t) => {
	const root = temporaryFolder(t);
	write(root, "in/a", "1");
	const before = hashInputs(root, ["in"]);
	write(root, "in/node_modules/x/index.js", "1");
	assert.equal(hashInputs(root, ["in"]), before);
});

test("works once for the same inputs, again for others or when a result is gone", async (t) => {
	const root = temporaryFolder(t);
	let times = 0;
	const step = (inputs: string) =>
		unlessUpToDate({ root, name: "step", inputs, outputs: ["out"] }, async () => {
			times += 1;
			write(root, "out", inputs);
		});
	assert.equal(await step("one"), true);
	assert.equal(await step("one"), false);
	assert.equal(await step("two"), true);
	rmSync(join(root, "out"));
	assert.equal(await step("two"), true);
	assert.equal(times, 3);
});

test("a step that failed half-way runs again, even for the inputs of the last success", async (t) => {
	const root = temporaryFolder(t);
	const step = (inputs: string, work: () => Promise<void>) =>
		unlessUpToDate({ root, name: "step", inputs, outputs: [] }, work);
	await step("good", async () => {});
	await assert.rejects(
		step("bad", async () => {
			throw new Error("broken");
		}),
		{ message: "broken" },
	);
	assert.equal(await step("good", async () => {}), true);
});
