import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { MAX_FILE_BYTES, MAX_FILES } from "../../galley/source-files.ts";
import { adapters, telemetry } from "./adapters.ts";
import { configurationFolder, policyYaml } from "./folder.ts";

test("a folder that is not there", async (context) => {
	const dir = await configurationFolder(context, {});
	assert.deepEqual(await messagesOf(join(dir, "x")), [`${dir}/x: there is no such folder`]);
});

test("a file for a folder", async (context) => {
	const dir = await configurationFolder(context, { "a.yaml": "" });
	assert.deepEqual(await messagesOf(join(dir, "a.yaml")), [`${dir}/a.yaml is a file: give the folder that holds it`]);
});

test("a folder without YAML", async (context) => {
	const dir = await configurationFolder(context, { "a.json": "{}" });
	assert.deepEqual(await messagesOf(dir), [`${dir} holds no *.yaml or *.yml file`]);
});

test("more files than a configuration has", async (context) => {
	const files = Array.from({ length: MAX_FILES + 1 }, (_, index) => [`${index}.yaml`, ""]);
	const dir = await configurationFolder(context, Object.fromEntries(files));
	assert.deepEqual(await messagesOf(dir), [`${dir} holds 501 YAML files: there may be at most 500`]);
});

test("a file larger than a person writes, and one just as large", async (context) => {
	const policy = policyYaml("a");
	const most = policy + "#".repeat(MAX_FILE_BYTES - policy.length);
	const dir = await configurationFolder(context, { "a.yaml": most });
	assert.deepEqual(await messagesOf(dir), []);
	const larger = await configurationFolder(context, { "a.yaml": `${most}#` });
	assert.deepEqual(await messagesOf(larger), ["a.yaml: 262145 bytes must be at most 262144"]);
});

test("bytes that are not UTF-8 are named with their place", async (context) => {
	const dir = await configurationFolder(context, {
		"latin1.yaml": Buffer.from("a: b\nc: caf\xe9 x\n", "latin1"),
		"cut.yaml": Buffer.from("é: €").subarray(0, -1),
		"utf16.yaml": Buffer.from("\uFEFFa: b", "utf16le"),
	});
	assert.deepEqual(await messagesOf(dir), [
		"cut.yaml:1:4: byte 0xe2 is not UTF-8",
		"latin1.yaml:2:7: byte 0xe9 is not UTF-8",
		"utf16.yaml:1:1: byte 0xff is not UTF-8",
	]);
});

test("a byte order mark does not shift columns", async (context) => {
	const dir = await configurationFolder(context, { "a.yaml": "\uFEFFapiVersion: 1\nkind: Policy\n" });
	const [first] = await messagesOf(dir);
	assert.equal(first, "a.yaml:1:1 metadata: is missing: it must be a mapping");
	const last = (await messagesOf(dir)).at(-1);
	assert.equal(last, "a.yaml:1:13 apiVersion: 1 must be sluice.dev/v1alpha1");
});

test("a folder named like a file, and a link to nothing, do not hide the rest", async (context) => {
	const dir = await configurationFolder(context, { "c.yaml": "x: 1" });
	await mkdir(join(dir, "a.yaml"));
	await symlink("nowhere", join(dir, "b.yaml"));
	assert.deepEqual(await messagesOf(dir), [
		"a.yaml: cannot be read (not a file)",
		"b.yaml: cannot be read (ENOENT)",
		"c.yaml:1:1 apiVersion: is missing: it must be sluice.dev/v1alpha1",
		"c.yaml:1:1 kind: is missing: it must be one of Settings, Policy, Quota, Handler, Telemetry, DataSource",
		"c.yaml:1:1 metadata: is missing: it must be a mapping",
	]);
});

test("a link to a file is read, as a mounted ConfigMap has them", async (context) => {
	const dir = await configurationFolder(context, { "..data/a.yaml": policyYaml("a") });
	await symlink("..data/a.yaml", join(dir, "a.yaml"));
	assert.deepEqual(await messagesOf(dir), []);
});

async function messagesOf(dir: string): Promise<string[]> {
	const loaded = await loadSnapshot(dir, adapters, telemetry);
	return (loaded.ok ? loaded.warnings : loaded.messages).map(formatMessage);
}
