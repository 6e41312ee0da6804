import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { cases } from "../../mixer/conformance/cases.ts";
import { loadHarness } from "../../mixer/conformance/load-harness.ts";
import { runSuite } from "../../mixer/conformance/run-suite.ts";
import { MixerError } from "../../mixer/error.ts";
import { adaptersGuide, adaptersPage } from "../support/adapters-guide.ts";
import { type GuideBlock, guideCommands, runGuideCommand, writeGuideFiles } from "../support/guide.ts";
import { checkout } from "../support/programs.ts";

let dir: string;
let blocks: readonly GuideBlock[];

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-guide-"));
	blocks = await adaptersGuide(dir);
});

after(() => rm(dir, { recursive: true }));

test("every command of the guide says what the guide says", async () => {
	const commands = blocks.filter(({ language }) => language === "console").flatMap(guideCommands);
	assert.deepEqual(
		commands.map(({ command }) => command.split(" ").slice(0, 3).join(" ")),
		["sluice adapter new", "sluice adapter test", "sluice validate shop"],
	);
	for (const { command, output } of commands) {
		if (command.startsWith("sluice validate")) await writeGuideFiles(dir, blocks);
		assert.equal(await runGuideCommand(command, dir, join(dir, "bin")), output, command);
	}
});

test("the adapter and the harness of the guide are what is written", async () => {
	for (const { name, text } of blocks.filter(({ name }) => /^shop\/shop-log\//.test(name))) {
		assert.equal(text, await readFile(join(dir, name), "utf8"), name);
	}
	assert.ok(named("shop/shop-log/adapter.ts").text.split("\n").length < 60);
});

test("what is wrong is said as the guide says", async () => {
	const lines = named("messages").text.trimEnd().split("\n");
	const yaml = named("shop/sluice.yaml").text;
	const adapter = join(dir, "shop/shop-log/adapter.ts");
	const sound = await readFile(adapter, "utf8");
	const wrong = join(dir, "shop/shop-log/wrong.ts");
	await writeFile(wrong, sound.replace('["record", "log"]', '["logs"]'));
	const said: string[] = [];
	for (const text of [
		yaml.replace("adapter.ts", "adaptor.ts"),
		yaml.replace("tokenEnv", "tokenenv"),
		yaml.replace("adapter.ts", "wrong.ts"),
	]) {
		await writeFile(join(dir, "shop/sluice.yaml"), text);
		const failure = await loadConfiguration(join(dir, "shop"), { stderr: process.stderr }).then(
			() => undefined,
			(error: unknown) => MixerError.from(error).message,
		);
		said.push((failure ?? "nothing").replaceAll(dir, "/srv").replace("wrong.ts", "adapter.ts"));
	}
	await writeFile(join(dir, "shop/sluice.yaml"), yaml);
	assert.deepEqual(said, lines);
});

test("the table of cases is the suite's", async () => {
	const page = await readFile(adaptersPage, "utf8");
	const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(([, name, promise]) => [name, promise]);
	assert.deepEqual(
		rows,
		cases.map(({ name, promise }) => [name, promise]),
	);
});

test("the harness with a backend of its own has right types, and a TCP adapter keeps the contract with it", async () => {
	const folder = join(dir, "shop/shop-log");
	const file = join(folder, "lines-conformance.ts");
	await writeFile(file, named("lines-conformance.ts").text);
	await mkdir(join(folder, "node_modules"), { recursive: true });
	await symlink(join(checkout, "node_modules/@types"), join(folder, "node_modules/@types"));
	const tsc = join(checkout, "node_modules/typescript/bin/tsc");
	await rm(join(folder, "wrong.ts"), { force: true });
	await promisify(execFile)(process.execPath, [tsc], { cwd: folder });

	const value = await loadHarness(file);
	const adapter = { file: join(import.meta.dirname, "line-adapter.ts") };
	const results = await runSuite({ adapter, harness: { file, value } });
	assert.deepEqual(
		results.flatMap((result) => (result.status === "failed" ? [`${result.name}: ${result.what}`] : [])),
		[],
	);
	const notRun = results.flatMap((result) => (result.status === "not_run" ? [`${result.name}: ${result.reason}`] : []));
	assert.deepEqual(
		notRun.filter((line) => /^(gone|partial|slow|failing|refusing|aborted|ends-aborted):/.test(line)),
		["gone: the backend of conformance.ts cannot be gone", "partial: the backend of conformance.ts cannot be partial"],
	);
});

test("what the guide links is there, and every block of it is run here", async () => {
	const page = await readFile(adaptersPage, "utf8");
	const linked = [...page.matchAll(/\]\(([^)#:]+)[^):]*\)/g)].map(([, file = ""]) => join("docs", file));
	assert.ok(linked.length > 5);
	assert.deepEqual(
		linked.filter((file) => !existsSync(join(checkout, file))),
		[],
	);
	assert.deepEqual(
		blocks.filter(({ language }) => language !== "console").map(({ name }) => name),
		[
			...["shop/shop-log/adapter.ts", "shop/shop-log/conformance.ts", "shop/sluice.yaml", "shop/policy/shop.rego"],
			...["messages", "lines-conformance.ts"],
		],
	);
	assert.equal(page.match(/^```\w/gm)?.length, blocks.length, "no block has another form");
});

function named(name: string): GuideBlock {
	const block = blocks.find((each) => each.name === name);
	if (block === undefined) throw new Error(`docs/adapters.md has no block named ${name}`);
	return block;
}
