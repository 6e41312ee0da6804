import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { digestFolder, scanFolder } from "../../../cli/revisions/folder-scan.ts";

let dir: string;

beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-scan-"));
	await write({ "sluice.yaml": "a", "shop/authz.rego": "b", "shop/data.json": "c", "shop/eu/data.yml": "d" });
});

afterEach(() => rm(dir, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
	for (const [path, text] of Object.entries(files)) {
		await mkdir(dirname(join(dir, path)), { recursive: true });
		await writeFile(join(dir, path), text);
	}
}

async function paths(): Promise<string[]> {
	return (await scanFolder(dir)).files.map(({ path }) => path);
}

async function look(): Promise<{ stamp: string; digest: string }> {
	const scan = await scanFolder(dir);
	return { stamp: scan.stamp, digest: await digestFolder(dir, scan) };
}

describe("finds", () => {
	test("documents at the top, and Rego and data everywhere", async () => {
		await write({ "more.yml": "", "a.rego": "", "shop/notes.yaml": "", "shop/other.json": "", "README.md": "" });
		const more = ["a.rego", "more.yml", "shop/authz.rego", "shop/data.json", "shop/eu/data.yml", "sluice.yaml"];
		assert.deepEqual(await paths(), more);
	});

	test("nothing below names that begin with a dot", async () => {
		const before = await paths();
		await write({ ".git/data.json": "", "shop/.cache/a.rego": "", ".hidden.yaml": "" });
		assert.deepEqual(await paths(), before);
	});

	test("what links lead to, and no end of a circle", async () => {
		await write({ "store.d/a.rego": "" });
		await rename(join(dir, "store.d"), `${dir}-elsewhere`);
		await symlink(`${dir}-elsewhere`, join(dir, "store"));
		await symlink("..", join(dir, "shop/up"));
		await symlink("nowhere", join(dir, "gone.yaml"));
		await symlink("shop/authz.rego", join(dir, "linked.rego"));
		try {
			const found = [
				"linked.rego",
				"shop/authz.rego",
				"shop/data.json",
				"shop/eu/data.yml",
				"sluice.yaml",
				"store/a.rego",
			];
			assert.deepEqual(await paths(), found);
		} finally {
			await rm(`${dir}-elsewhere`, { recursive: true });
		}
	});

	test("nothing in a folder that is not there", async () => {
		await rm(dir, { recursive: true });
		const scan = await scanFolder(dir);
		assert.deepEqual([scan.files, scan.folders.size], [[], 0]);
		assert.equal(typeof (await digestFolder(dir, scan)), "string");
	});
});

describe("its stamp is another one", () => {
	for (const [what, change, isOther] of [
		["where a file has other contents", () => write({ "shop/data.json": "C" }), true],
		["where there is another file", () => write({ "shop/more.rego": "" }), true],
		["where a file is gone", () => rm(join(dir, "shop/data.json")), true],
		["where a file is called otherwise", () => rename(join(dir, "sluice.yaml"), join(dir, "other.yaml")), true],
		["where what is not read has changed, which says nothing", () => write({ "README.md": "" }), false],
	] as const) {
		test(what, async () => {
			const before = await look();
			await change();
			const after = await look();
			assert.deepEqual([after.stamp !== before.stamp, after.digest !== before.digest], [isOther, isOther]);
		});
	}

	test("where a file changed and changed back, though its digest is the same", async () => {
		const before = await look();
		await write({ "shop/data.json": "X" });
		await write({ "shop/data.json": "c" });
		const after = await look();
		assert.deepEqual([after.stamp === before.stamp, after.digest === before.digest], [false, true]);
	});

	test("where only the time has changed, though its digest is the same", async () => {
		const before = await look();
		await utimes(join(dir, "sluice.yaml"), 1, 1);
		const after = await look();
		assert.deepEqual([after.stamp === before.stamp, after.digest === before.digest], [false, true]);
	});
});

test("a name and the text after it are not mixed up in the digest", async () => {
	await write({ "a.rego": "b" });
	const one = (await look()).digest;
	await rm(join(dir, "a.rego"));
	await write({ "ab.rego": "" });
	assert.notEqual((await look()).digest, one);
});
