import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { KeptRevisions } from "../../../../cli/revisions/state/kept-revisions.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { smallBuild } from "../small-build.ts";

async function kept(words: readonly string[], max = 10) {
	const dir = join(await temporaryFolder(), "revisions");
	const revisions = new KeptRevisions({ dir, max });
	for (const [index, word] of words.entries()) {
		await revisions.keep(smallBuild(word), { order: 100 + index, keptMs: 50 + index, buildMs: 1400.5 });
	}
	return { dir, revisions };
}

function revisionOf(word: string): string {
	return smallBuild(word).requirements.revision;
}

async function words(revisions: KeptRevisions): Promise<string[]> {
	return (await revisions.list()).map(({ policies }) => policies.join());
}

test("reads what it kept, and lists the one in force first", async () => {
	const { revisions } = await kept(["one", "two"]);
	const [first, second] = await revisions.list();
	const record = { version: 1, buildMs: 1400.5 };
	assert.deepEqual(first, { revision: revisionOf("two"), ...record, order: 101, keptMs: 51, policies: ["two"] });
	assert.deepEqual(second, { revision: revisionOf("one"), ...record, order: 100, keptMs: 50, policies: ["one"] });
	await revisions.sync(revisionOf("two"));
	const last = await revisions.lastGood(assert.fail);
	assert.equal(last?.order, 101);
	const { module, pluginConfig, requirements } = smallBuild("two");
	assert.deepEqual([last.build.pluginConfig, last.build.requirements], [pluginConfig, requirements]);
	assert.ok(Buffer.from(module).equals(last.build.module));
});

test("keeps the last few, by when they were in force last", async () => {
	const { revisions, dir } = await kept(["one", "two", "three"], 3);
	const oldest = (await revisions.list()).at(-1);
	assert.ok(oldest !== undefined);
	await revisions.note({ ...oldest, order: 200, pinnedAgainst: "ab" });
	assert.deepEqual(await words(revisions), ["one", "three", "two"]);
	assert.equal((await revisions.list())[0]?.pinnedAgainst, "ab");
	await revisions.keep(smallBuild("four"), { order: 201, keptMs: 201, buildMs: 1 });
	assert.deepEqual(await words(revisions), ["four", "one", "three"]);
	assert.equal((await readdir(dir)).length, 3);
});

test("keeps one again with what is noted of it now", async () => {
	const { revisions } = await kept(["one", "two"]);
	await revisions.keep(smallBuild("one"), { order: 300, keptMs: 50, buildMs: 1 });
	assert.deepEqual(await words(revisions), ["one", "two"]);
});

describe("what is damaged", () => {
	test("a module that was changed is passed over, with its name, and made good when it is kept again", async () => {
		const { dir, revisions } = await kept(["one", "two"]);
		const file = join(dir, revisionOf("two"), "filter.wasm");
		await appendFile(file, "!");
		const said: string[] = [];
		const last = await revisions.lastGood((message) => void said.push(message));
		assert.equal(last?.revision, revisionOf("one"));
		assert.equal(said.length, 1);
		const start = `revision ${revisionOf("two").slice(0, 6)} is passed over: ${file}: its SHA-256 is `;
		assert.ok(said[0]?.startsWith(start), said[0]);
		await revisions.keep(smallBuild("two"), { order: 400, keptMs: 51, buildMs: 1 });
		assert.equal((await revisions.lastGood(assert.fail))?.revision, revisionOf("two"));
	});

	test("a build under another one's name is refused", async () => {
		const { dir, revisions } = await kept(["one"]);
		const forged = new KeptRevisions({ dir: join(dir, "other") });
		await forged.keep(smallBuild("evil"), { order: 1, keptMs: 1, buildMs: 1 });
		await rm(join(dir, revisionOf("one")), { recursive: true });
		await rename(join(dir, "other", revisionOf("evil")), join(dir, revisionOf("one")));
		const [entry] = await revisions.list();
		assert.ok(entry !== undefined);
		const message = `${join(dir, revisionOf("one"))}: the files are of revision ${revisionOf("evil")}`;
		await assert.rejects(revisions.read(entry), { code: "invalid", message });
	});

	for (const [what, spoil, reason] of [
		["is missing", (file: string) => rm(file), /ENOENT/],
		["is empty", (file: string) => writeFile(file, ""), /Unexpected end of JSON input/],
		["is of another version", (file: string) => writeFile(file, '{"version":2}'), /kept\.json is not of this version/],
	] as const) {
		test(`a revision whose note ${what} is passed over`, async () => {
			const { dir, revisions } = await kept(["one", "two"]);
			const folder = join(dir, revisionOf("two"));
			await spoil(join(folder, "kept.json"));
			const said: string[] = [];
			const last = await revisions.lastGood((message) => void said.push(message));
			assert.equal(last?.revision, revisionOf("one"));
			assert.equal(said.length, 1);
			assert.ok(said[0]?.startsWith(`${folder} is passed over: `));
			assert.match(said[0] ?? "", reason);
		});
	}

	test("what is no revision is left alone", async () => {
		const { dir, revisions } = await kept(["one"]);
		await mkdir(join(dir, ".half-written"));
		await writeFile(join(dir, "notes"), "");
		assert.equal((await revisions.list(assert.fail)).length, 1);
	});
});

test("has nothing where nothing was kept", async () => {
	const revisions = new KeptRevisions({ dir: join(await temporaryFolder(), "missing") });
	assert.deepEqual(await revisions.list(assert.fail), []);
	assert.equal(await revisions.lastGood(assert.fail), undefined);
});
