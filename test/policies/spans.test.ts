import assert from "node:assert/strict";
import { cp, rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { checkout } from "../support/programs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const stderr = { write: (text: string) => assert.fail(text) };

test("the example's spans are off, and on without the dot in front of their file's name", async () => {
	const folder = await temporaryFolder();
	await cp(join(checkout, "policies"), folder, { recursive: true });
	const spans = async () => {
		const { handlers } = await loadConfiguration(folder, { stderr });
		return handlers.flatMap(({ name, rules }) => rules.flatMap((rule) => (rule.kind === "span" ? [name] : [])));
	};
	assert.deepEqual(await spans(), []);
	await rename(join(folder, ".spans.yaml"), join(folder, "spans.yaml"));
	assert.deepEqual(await spans(), ["traces"]);
});
