import assert from "node:assert/strict";
import { test } from "node:test";
import { loadSnapshot } from "../../galley/load.ts";
import { loadModule } from "../../galley/load-module.ts";
import { formatMessage } from "../../galley/message.ts";
import { adapters, sources, telemetry } from "./adapters.ts";
import { configurationFolder, policyYaml } from "./folder.ts";

const OWN = `export default {
	name: "weekday",
	configSchema: { type: "object", properties: { zone: { type: "string", default: "UTC" } }, additionalProperties: false },
	build: () => ({}),
};
`;

function sourceYaml(adapter: string, config = "{}"): string {
	const spec = `{adapter: "${adapter}", config: ${config}, path: own, expireAfter: 1h, onExpired: keep}`;
	return `apiVersion: sluice.dev/v1alpha1\nkind: DataSource\nmetadata: {name: own}\nspec: ${spec}\n`;
}

async function load(dir: string) {
	const loaded = await loadSnapshot(dir, adapters, telemetry, { sources });
	return loaded.ok ? loaded.snapshot.dataSources : loaded.messages.map(formatMessage);
}

test("a DataSource's adapter can be a file, whose schema checks its settings", async (context) => {
	const files = { "own.ts": OWN, "policy.yaml": policyYaml("books") };
	const right = await configurationFolder(context, { ...files, "a.yaml": sourceYaml("./own.ts") });
	const [own] = await load(right);
	assert.deepEqual(typeof own === "object" && [own.adapter, own.config], ["./own.ts", { zone: "UTC" }]);
	const wrong = await configurationFolder(context, { ...files, "a.yaml": sourceYaml("./own.ts", "{zne: CET}") });
	assert.deepEqual(await load(wrong), ["a.yaml:4:38 spec.config.zne: is not a known field (did you mean zone?)"]);
});

test("it can be a package that is installed where the configuration sees it", async (context) => {
	const dir = await configurationFolder(context, {
		"node_modules/@acme/weekday/package.json": '{"name": "@acme/weekday", "type": "module", "exports": "./index.js"}',
		"node_modules/@acme/weekday/index.js": OWN,
		"policy.yaml": policyYaml("books"),
		"a.yaml": sourceYaml("@acme/weekday"),
	});
	const [own] = await load(dir);
	assert.deepEqual(typeof own === "object" && own.adapter, "@acme/weekday");
});

test("the package can be one that is only there for import", async (context) => {
	const dir = await configurationFolder(context, {
		"node_modules/weekday/package.json": '{"name": "weekday", "type": "module", "exports": {"import": "./index.js"}}',
		"node_modules/weekday/index.js": OWN,
		"policy.yaml": policyYaml("books"),
		"a.yaml": sourceYaml("weekday"),
	});
	const [own] = await load(dir);
	assert.deepEqual(typeof own === "object" && own.adapter, "weekday");
});

test("a module that is none, or breaks, is named", async (context) => {
	const messageFor = async (text: string) => {
		const files = { "own.ts": text, "policy.yaml": policyYaml("books"), "a.yaml": sourceYaml("./own.ts") };
		return load(await configurationFolder(context, files));
	};
	const at = 'a.yaml:4:17 spec.adapter: "./own.ts"';
	const shape = `${at} must export name, configSchema (JSON Schema) and build`;
	assert.deepEqual(await messageFor("export const name = 'own';\n"), [shape]);
	assert.deepEqual(await messageFor(OWN.replace('"object"', '"thing"')), [shape]);
	assert.deepEqual(await messageFor("throw new Error('not today');\n"), [`${at} cannot be loaded: not today`]);
});

test("what is built into Node, and what is nowhere, is no package", async () => {
	for (const word of ["fs", "node:fs", "no-such-package-anywhere"]) {
		assert.equal(await loadModule(import.meta.dirname, word), undefined);
	}
});
