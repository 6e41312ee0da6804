import assert from "node:assert/strict";
import { mkdir, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { checkBundle } from "../../galley/bundle.ts";
import { configurationFolder } from "./folder.ts";

test("accepts a folder inside, with its policies at any depth", async (context) => {
	const dir = await configurationFolder(context, { "deep/a/b/c.rego": "package c\n", "..odd/x.rego": "package x\n" });
	for (const bundle of ["bookstore", "./bookstore/", "deep", ".", "deep/../bookstore", "..odd"]) {
		assert.equal(await checkBundle(dir, bundle), undefined, bundle);
	}
});

test("accepts a configuration's folder that is itself a link", async (context) => {
	const dir = await configurationFolder(context, {});
	await symlink(dir, `${dir}-link`);
	context.after(() => unlink(`${dir}-link`));
	assert.equal(await checkBundle(`${dir}-link`, "bookstore"), undefined);
});

test("accepts links that stay inside, as a mounted ConfigMap has them", async (context) => {
	const dir = await configurationFolder(context, {});
	await mkdir(join(dir, "mounted"));
	await symlink("../bookstore/authz.rego", join(dir, "mounted/authz.rego"));
	await symlink("bookstore", join(dir, "linked"));
	assert.equal(await checkBundle(dir, "mounted"), undefined);
	assert.equal(await checkBundle(dir, "linked"), undefined);
});

test("refuses a link out of the configuration's folder", async (context) => {
	const dir = await configurationFolder(context, {});
	const outside = await configurationFolder(context, {});
	await symlink(join(outside, "bookstore"), join(dir, "away"));
	assert.deepEqual(await checkBundle(dir, "away"), {
		text: '"away" must not lead out of the configuration\'s folder by a symbolic link',
	});
});

test("refuses a bundle with a file that is a link out of the configuration's folder", async (context) => {
	const dir = await configurationFolder(context, { "secret/data.json": "{}" });
	const outside = await configurationFolder(context, {});
	await rename(join(dir, "secret/data.json"), join(outside, "data.json"));
	await mkdir(join(dir, "bookstore/more"));
	await symlink(join(outside, "data.json"), join(dir, "bookstore/more/data.json"));
	assert.deepEqual(await checkBundle(dir, "bookstore"), {
		text: '"bookstore" must not lead out of the configuration\'s folder: more/data.json is a symbolic link that does',
	});
});

test("refuses more files than a bundle has", async (context) => {
	const dir = await configurationFolder(context, {});
	const names = Array.from({ length: 2_000 }, (_, index) => join(dir, "bookstore", `${index}.json`));
	await Promise.all(names.map((name) => writeFile(name, "")));
	assert.deepEqual(await checkBundle(dir, "bookstore"), { text: '"bookstore" must hold at most 2000 files' });
});

test("suggests the folder that was probably meant", async (context) => {
	const dir = await configurationFolder(context, {});
	assert.deepEqual(await checkBundle(dir, "only-test"), {
		text: '"only-test" must be a folder that exists',
		suggestion: "only-tests",
	});
	assert.deepEqual(await checkBundle(dir, "shop"), {
		text: '"shop" must be a folder that exists',
		suggestion: undefined,
	});
});
