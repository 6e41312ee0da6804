import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { allHandlerSpecs, attributesOf } from "../../cli/handler-specs.ts";
import { readKeptConfiguration, writeKeptConfiguration } from "../../cli/revisions/state/kept-configuration.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { DEFAULT_ATTRIBUTES } from "../../mixer/adapters/default-attributes.ts";
import { MixerError } from "../../mixer/error.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { packageFiles, SOUND } from "../mixer/adapters/loading/adapter-files.ts";

const STREAMS = { stderr: { write: () => {} } };

function handler(adapter: string, config = "{to: there}"): string {
	const head = "apiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: own}\n";
	return `${head}spec:\n  adapter: ${adapter}\n  config: ${config}\n`;
}

function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
	return configurationFolder(t, { "books.yaml": policyYaml("books"), ...files });
}

async function faults(dir: string): Promise<string> {
	const error = await loadConfiguration(dir, STREAMS).then(
		() => undefined,
		(thrown: unknown) => MixerError.from(thrown),
	);
	assert.equal(error?.code, "invalid");
	return error.message;
}

test("a Handler uses an adapter from a file beside it, checked by the adapter's schema", async (t) => {
	const dir = await folder(t, { "h.yaml": handler("./adapters/own.ts"), "adapters/own.ts": SOUND });
	const snapshot = await loadConfiguration(dir, STREAMS);
	assert.equal(snapshot.handlers[0]?.module, join(dir, "adapters/own.ts"));
	const specs = await allHandlerSpecs(snapshot);
	assert.deepEqual(
		specs.map(({ adapter, config }) => [adapter.name, config]),
		[["sound", { to: "there" }]],
	);
	assert.deepEqual(attributesOf(specs), DEFAULT_ATTRIBUTES, "what an access log says, where it names none");
	assert.equal((await allHandlerSpecs(snapshot))[0]?.adapter, specs[0]?.adapter, "so that it is not opened again");
});

test("says that a file has changed since it was loaded", async (t) => {
	const dir = await folder(t, { "h.yaml": handler("./own.ts"), "own.ts": SOUND });
	const warnings: string[] = [];
	const streams = { stderr: { write: (text: string) => void warnings.push(text) } };
	await loadConfiguration(dir, streams);
	await loadConfiguration(dir, streams);
	assert.deepEqual(warnings, []);
	await writeFile(join(dir, "own.ts"), `${SOUND}// More.\n`);
	await loadConfiguration(dir, streams);
	assert.deepEqual(warnings, [
		'h.yaml:5:12 spec.adapter: warning: "./own.ts" has changed since this process loaded it: only with its next start will it be used as it is now\n',
	]);
});

test("what is kept for a restart names the file", async (t) => {
	const dir = await folder(t, { "h.yaml": handler("./own.ts"), "own.ts": SOUND });
	const snapshot = await loadConfiguration(dir, STREAMS);
	const kept = join(dir, "kept.json");
	await writeKeptConfiguration(kept, snapshot);
	const [spec] = await allHandlerSpecs(await readKeptConfiguration(kept));
	assert.equal(spec?.adapter.name, "sound");
});

for (const [what, adapter, files, message] of [
	[
		"a setting that its schema does not know",
		"./own.ts",
		{ "own.ts": SOUND, "config.txt": "" },
		"h.yaml:6:3 spec.config.to: is missing: it must be text\nh.yaml:6:12 spec.config.too: is not a known field (did you mean to?)",
	],
	[
		"a misspelt word of ours",
		"promethius",
		{},
		'h.yaml:5:12 spec.adapter: "promethius" is not a known adapter (did you mean prometheus?)',
	],
	[
		"what is no adapter",
		"./own.ts",
		{ "own.ts": SOUND.replace("build:", "biuld:") },
		'h.yaml:5:12 spec.adapter: "./own.ts" exports no adapter that can be used: build is missing: it must be a function',
	],
	[
		"a schema that cannot be used",
		"./own.ts",
		{ "own.ts": SOUND.replace('{ type: "string" }', '{ type: "text" }') },
		'h.yaml:5:12 spec.adapter: "./own.ts" has a configSchema that cannot be used: Unsupported type: text',
	],
] as const) {
	test(`says the place of ${what}`, async (t) => {
		const dir = await folder(t, { "h.yaml": handler(adapter, "{too: 1}"), ...files });
		assert.equal(await faults(dir), message);
	});
}

test("says where to install a package, and what a Telemetry may send it", async (t) => {
	const telemetry = [
		...["apiVersion: sluice.dev/v1alpha1", "kind: Telemetry", "metadata: {name: t}", "spec:"],
		"  metrics: [{name: shop_total, type: counter, handlers: [own]}]",
	].join("\n");
	const missing = await folder(t, { "h.yaml": handler("acme-nowhere") });
	assert.equal(
		await faults(missing),
		`h.yaml:5:12 spec.adapter: "acme-nowhere" is neither an adapter that comes with sluice nor an npm package that is installed for ${missing}: a path begins with ./`,
	);
	const javascript = SOUND.replace(/interface.*\n/, "").replace(": Config", "");
	const there = await folder(t, {
		...{ "h.yaml": handler("acme"), "t.yaml": telemetry },
		...packageFiles("acme", javascript),
	});
	assert.equal(
		await faults(there),
		"t.yaml:5:58 spec.metrics[0].handlers[0]: Handler own takes no metric: its adapter acme takes record",
	);
});

for (const [what, attributes, message] of [
	[
		"an attribute that no record has",
		'attributes: () => ["request.hots"]',
		'h.yaml:1 ./own.ts: its attributes name "request.hots", which no record has (docs/attributes.md)',
	],
	["no list", 'attributes: () => "request.host"', "h.yaml:1 ./own.ts: its attributes must give a list of names"],
	["nothing but an error", 'attributes() { throw new Error("no"); }', "h.yaml:1 ./own.ts: its attributes fail: no"],
] as const) {
	test(`refuses attributes that give ${what}`, async (t) => {
		const own = SOUND.replace('name: "sound"', `name: "sound", ${attributes}`);
		const dir = await folder(t, { "h.yaml": handler("./own.ts"), "own.ts": own });
		const snapshot = await loadConfiguration(dir, STREAMS);
		await assert.rejects(allHandlerSpecs(snapshot), { name: "MixerError", code: "invalid", message });
	});
}
