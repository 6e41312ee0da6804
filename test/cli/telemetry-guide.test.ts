import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { adapterSchemas, telemetryParts } from "../../cli/adapter-schemas.ts";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";

const guide = await readFile(join(import.meta.dirname, "../../docs/telemetry.md"), "utf8");
const [example = ""] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml);

async function messages(context: TestContext, yaml: string): Promise<string[]> {
	const handlers = ["metrics: prometheus", "access-log: jsonlog"].map((line) => {
		const [name, adapter] = line.split(": ");
		return `---\napiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: ${name}}\nspec: {adapter: ${adapter}}\n`;
	});
	const files = { "shop.yaml": yaml, "rest.yaml": policyYaml("books") + handlers.join("") };
	const loaded = await loadSnapshot(await configurationFolder(context, files), adapterSchemas(), telemetryParts());
	return (loaded.ok ? loaded.warnings : loaded.messages).map(formatMessage);
}

test("docs/telemetry.md: its example is valid", async (context) => {
	assert.deepEqual(await messages(context, example), []);
});

test("docs/telemetry.md: its messages are what is said", async (context) => {
	const wrong = example
		.replace("request.host ==", "request.hots ==")
		.replace("response.code >= 500", 'response.code == "5"');
	const [, expected = ""] = /```\n(shop\.yaml[\s\S]*?)```/.exec(guide) ?? [];
	assert.deepEqual(await messages(context, wrong), expected.trimEnd().split("\n"));
});
