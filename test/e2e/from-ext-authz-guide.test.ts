import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isMap, isSeq, parse, parseDocument } from "yaml";
import { z } from "zod";
import { envoyConfig, filterPath } from "../../cli/up/envoy-config.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { discoveryText, envoyRun, standaloneText, TestEnvoy, validateEnvoyConfig } from "../support/envoy.ts";
import { type GuideBlock, guideBlocks, guideCommands, runGuideCommand, writeGuideFiles } from "../support/guide.ts";
import { checkout } from "../support/programs.ts";

const page = join(checkout, "docs/from-ext-authz.md");

const Patches = z.object({
	spec: z.object({
		configPatches: z.array(
			z.object({
				applyTo: z.enum(["CLUSTER", "HTTP_FILTER"]),
				patch: z.object({ operation: z.string(), value: z.looseObject({ name: z.string() }) }),
			}),
		),
	}),
});

let dir: string;
let blocks: readonly GuideBlock[];

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-guide-"));
	blocks = await guideBlocks(page);
	await writeGuideFiles(dir, blocks);
	await mkdir(join(dir, "bin"));
	// What npx finds in a checkout.
	const npx = `#!/bin/sh\nshift\nexec ${process.execPath} ${join(checkout, "cli/main.ts")} "$@"\n`;
	await writeFile(join(dir, "bin/npx"), npx);
	await chmod(join(dir, "bin/npx"), 0o755);
});

after(() => rm(dir, { recursive: true }));

test("every command of the guide does what the guide says, the policy in a real Envoy", async () => {
	const upstream = await EchoUpstream.start();
	let envoy: TestEnvoy | undefined;
	try {
		for (const { command, output } of blocks.filter(({ language }) => language === "console").flatMap(guideCommands)) {
			const asks = command.includes("localhost:8080");
			if (asks && envoy === undefined) {
				const filter = await readFile(join(dir, "build/mesh/filter.json"), "utf8");
				envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter });
			}
			const typed = command.replace("localhost:8080", `127.0.0.1:${envoy?.port}`);
			assert.equal(constant(await runGuideCommand(typed, dir, join(dir, "bin"))), constant(output), command);
		}
		assert.ok(envoy);
	} finally {
		await envoy?.stop();
		await upstream.stop();
	}
});

/** Without what differs from run to run. */
function constant(text: string): string {
	return text.replaceAll(/\d+\.\d s/g, "N s").replaceAll(/@[0-9a-f]{6}/g, "@revision");
}

test("the filters of the guide are those of envoy/standalone.yaml", async () => {
	const standalone = parseDocument(await standaloneText());
	const filters = ["sluice.http", "sluice.seal"].map((name) => {
		const filter = standalone.getIn(filterPath(standalone, name));
		return isMap(filter) ? filter.toJS(standalone) : undefined;
	});
	assert.deepEqual(parse(named("filters").text), filters);
});

test("the patches of the guide make a valid Envoy of envoy/discovery.yaml without its own", async () => {
	const { configPatches } = Patches.parse(parse(named("envoyfilter").text)).spec;
	const ports = { listenerPort: 8080, adminPort: 9901, upstreamPort: 8081, mixerPort: 9091 };
	const run = envoyRun({ ...ports, filter: { discovery: { host: "127.0.0.1", port: 9092 } } });
	const config = envoyConfig(await discoveryText(), run);
	const filters = config.getIn(filterPath(config, "sluice.http").slice(0, -1));
	const clusters = config.getIn(["static_resources", "clusters"]);
	assert.ok(isSeq(filters) && isSeq(clusters));
	const names = configPatches.map(({ patch }) => patch.value.name);
	for (const list of [filters, clusters]) {
		list.items = list.items.filter((item) => !(isMap(item) && names.includes(String(item.get("name")))));
	}
	const before = filters.items.length;
	for (const { applyTo, patch } of configPatches) {
		const node = config.createNode(patch.value);
		if (applyTo === "CLUSTER") clusters.items.push(node);
		else filters.items.splice(filters.items.length - 1, 0, node);
	}
	assert.equal(filters.items.length, before + 2);
	await validateEnvoyConfig(config);
});

test("what the tables name is there", async () => {
	const text = await readFile(page, "utf8");
	const named = [...text.matchAll(/\| (test\/\S+) \|$/gm)].map(([, file = ""]) => file);
	const linked = [...text.matchAll(/\]\(([^)#:]+)[^):]*\)/g)].map(([, file = ""]) => join("docs", file));
	assert.ok(named.length > 40 && linked.length > 5);
	assert.deepEqual(
		[...named, ...linked].filter((file) => !existsSync(join(checkout, file))),
		[],
	);
});

function named(name: string): GuideBlock {
	const block = blocks.find((each) => each.name === name);
	if (block === undefined) throw new Error(`docs/from-ext-authz.md has no block named ${name}`);
	return block;
}
