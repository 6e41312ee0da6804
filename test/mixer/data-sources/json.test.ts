import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { json } from "../../../mixer/data-sources/json.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { patient, sourceEnv } from "./source-env.ts";

async function read(content: string) {
	const dir = await temporaryFolder();
	await writeFile(join(dir, "d.json"), content);
	const source = await json.build({ file: "d.json" }, sourceEnv({ dir }));
	return source.read(undefined, patient);
}

test("a document stays as it is written", async () => {
	const document = '{"a": 12345678901234567890.10, "b": [1e400]}\n';
	assert.deepEqual(await read(document), { document, entries: 2 });
	assert.deepEqual(await read("7"), { document: "7", entries: 1 });
});

test("what is no JSON names the line", async () => {
	await assert.rejects(read('{\n"a": 1,\n}\n'), {
		message: "d.json:3: is not JSON: Expected double-quoted property name",
	});
	await assert.rejects(read('{\n"a": [1,\n'), { message: /^d\.json:3: is not JSON: / });
	await assert.rejects(read(""), { message: "d.json:1: is not JSON: Unexpected end of JSON input" });
});

test("what is nested too deeply for a policy is refused", async () => {
	await read("[".repeat(64) + "]".repeat(64));
	await assert.rejects(read("[".repeat(66) + "]".repeat(66)), {
		message: "d.json: is nested more than 64 levels deep",
	});
});
