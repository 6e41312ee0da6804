import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { adapterSchemas, sourceSchemas, telemetryParts } from "../../cli/adapter-schemas.ts";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { withReference } from "../../galley/reference.ts";
import { configurationFolder } from "./folder.ts";

const docs = join(import.meta.dirname, "../../docs/configuration.md");

test("docs/configuration.md says what the schemas say (else run: node cli/write-reference.ts)", async () => {
	const written = await readFile(docs, "utf8");
	assert.equal(withReference(written, adapterSchemas(), sourceSchemas()), written);
});

test("every kind has its table", async () => {
	const headings = [...(await readFile(docs, "utf8")).matchAll(/<!-- generated: kind (\S+) -->/g)].map(
		([, kind]) => kind,
	);
	assert.deepEqual(headings, ["Policy", "Quota", "Handler", "Telemetry", "DataSource", "Settings"]);
});

test("every example of docs/configuration.md is valid without a warning", async (context) => {
	const examples = [...(await readFile(docs, "utf8")).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);
	assert.equal(examples.length, 1);
	for (const yaml of examples) {
		const loaded = await loadSnapshot(
			await configurationFolder(context, { "sluice.yaml": yaml }),
			adapterSchemas(),
			telemetryParts(),
		);
		assert.deepEqual((loaded.ok ? loaded.warnings : loaded.messages).map(formatMessage), []);
	}
});

test("a table has a row for each field, with type, bounds, unit, default and meaning", () => {
	const properties = {
		size: { type: "integer", minimum: 1, maximum: 9, unit: "bytes", default: 3, description: "a | b" },
		mode: { enum: ["on", "off"], default: "on" },
		list: {
			type: "array",
			maxItems: 4,
			items: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
		},
	};
	const adapters = new Map([["one", { type: "object", properties, required: ["list"] }]]);
	const begin = "<!-- generated: adapter one -->\n";
	assert.equal(
		withReference(`a\n${begin}old\n<!-- end -->\nb\n`, adapters),
		`a\n${begin}| field | value | default | meaning |
|---|---|---|---|
| \`spec.config.size\` | whole number, 1 to 9 bytes | \`3\` | a \\| b |
| \`spec.config.mode\` | \`on\` or \`off\` | \`on\` |  |
| \`spec.config.list\` | list of mappings, at most 4 | **required** |  |
| \`spec.config.list[].name\` | text | **required** |  |
<!-- end -->\nb\n`,
	);
});

test("a block for what does not exist, or none for an adapter, is an error", () => {
	const block = "<!-- generated: adapter two -->\n<!-- end -->";
	assert.throws(() => withReference(block, new Map()), { message: "there is no adapter two" });
	assert.throws(() => withReference("", new Map([["one", {}]])), { message: "no block for adapter one" });
});
