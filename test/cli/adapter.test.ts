import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Command } from "commander";
import { addAdapterCommand } from "../../cli/commands/adapter.ts";
import { MixerError } from "../../mixer/error.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { SOUND } from "../mixer/adapters/loading/adapter-files.ts";
import { checkout } from "../support/programs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);

/** Runs `sluice adapter …`: what it writes, its exit code, and what it fails with. */
async function adapter(from: string, ...args: string[]) {
	const written = { stdout: "", stderr: "" };
	const to = (stream: keyof typeof written) => ({
		write(text: string) {
			written[stream] += text;
		},
	});
	const program = new Command("sluice");
	addAdapterCommand(program, { stdout: to("stdout"), stderr: to("stderr") }, from);
	const before = process.exitCode;
	const failure = await program.parseAsync(["adapter", ...args], { from: "user" }).then(
		() => undefined,
		(error: unknown) => MixerError.from(error),
	);
	const { exitCode } = process;
	process.exitCode = before;
	if (failure?.code === "internal") throw failure;
	return { ...written, exitCode, fault: failure?.message };
}

const FILES = [
	"README.md",
	"adapter.test.ts",
	"adapter.ts",
	"conformance.ts",
	"package.json",
	"sluice-adapter.d.ts",
	"tsconfig.json",
];

async function fresh(): Promise<{ parent: string; folder: string }> {
	const parent = await temporaryFolder();
	const folder = join(parent, "shop-log");
	assert.equal((await adapter(parent, "new", folder)).fault, undefined);
	return { parent, folder };
}

test("a new adapter is a whole package under its own name, and small", async () => {
	const { folder } = await fresh();
	assert.deepEqual((await readdir(folder)).sort(), FILES);
	const text = await readFile(join(folder, "adapter.ts"), "utf8");
	assert.match(text, /\tname: "shop-log",/);
	assert.ok(text.split("\n").length < 60);
	for (const file of FILES) assert.doesNotMatch(await readFile(join(folder, file), "utf8"), /my-adapter/, file);
	assert.equal(JSON.parse(await readFile(join(folder, "package.json"), "utf8")).name, "shop-log");
});

test("a new adapter passes its own npm test and the types it brings", async () => {
	const { folder } = await fresh();
	// With this it would take itself for a part of the run that this file is in.
	const { NODE_TEST_CONTEXT: _, ...outer } = process.env;
	const env = { ...outer, PATH: `${dirname(process.execPath)}:${outer.PATH ?? ""}` };
	const { stdout } = await run("npm", ["test"], { cwd: folder, env });
	assert.match(stdout, /posts a batch of records as JSON/);
	await mkdir(join(folder, "node_modules"));
	await symlink(join(checkout, "node_modules/@types"), join(folder, "node_modules/@types"));
	const tsc = join(checkout, "node_modules/typescript/bin/tsc");
	await run(process.execPath, [tsc], { cwd: folder });
	await writeFile(
		join(folder, "wrong.ts"),
		'import type { TelemetryRecord } from "sluice/adapter";\nexport const r: TelemetryRecord = { "request.hots": "" };\n',
	);
	await assert.rejects(run(process.execPath, [tsc], { cwd: folder }), {
		stdout: /'"request\.hots"' does not exist in type 'TelemetryRecord'/,
	});
});

test("a new adapter passes the suite at once, and a broken one fails it", async () => {
	const { parent, folder } = await fresh();
	const { stdout, exitCode } = await adapter(parent, "test", "shop-log");
	const lines = stdout.trimEnd().split("\n");
	assert.equal(lines[0], "shop-log, shop-log/adapter.ts: record, log; with the suite's HTTP server behind it");
	assert.ok(lines.includes(" ✓ slow             waits for a slow backend before it says delivered"));
	assert.ok(lines.includes(" – metrics          not run: the adapter takes no metrics"));
	assert.equal(lines.at(-1), "19 promises kept, 6 not run");
	assert.equal(exitCode, undefined);

	const file = join(folder, "broken.ts");
	const text = await readFile(join(folder, "adapter.ts"), "utf8");
	await writeFile(file, text.replace('return "retry"', 'return "delivered"'));
	const only = ["--only", "failing", "--only", "slow"];
	const broken = await adapter(parent, "test", "shop-log/broken.ts", ...only);
	assert.deepEqual(broken.stdout.trimEnd().split("\n").slice(1), [
		' ✗ failing          handle answers "delivered" though the backend is failing: throw, or answer "retry": the items are lost otherwise',
		" ✓ slow             waits for a slow backend before it says delivered",
		"1 of 2 promises broken",
	]);
	assert.equal(broken.exitCode, 1);

	const json = JSON.parse((await adapter(parent, "test", "shop-log/broken.ts", ...only, "-o", "json")).stdout);
	assert.deepEqual([json.adapter, json.file, json.ok], ["shop-log", "shop-log/broken.ts", false]);
	assert.deepEqual(json.summary, { passed: 1, failed: 1, notRun: 0 });
	assert.deepEqual(Object.keys(json.results[0]), ["name", "promise", "status", "what", "cure"]);
});

test("without a harness, says that nothing is tried with a backend", async () => {
	const dir = await temporaryFolder();
	await writeFile(join(dir, "own.ts"), SOUND.replace('required: ["to"], ', ""));
	const { stdout, exitCode } = await adapter(dir, "test", "own.ts", "--only", "records", "--only", "slow");
	assert.deepEqual(stdout.trimEnd().split("\n"), [
		"sound, own.ts: record; there is no conformance.ts beside it, so that nothing can be tried with a backend",
		" ✓ records          delivers one record, and 500",
		" – slow             not run: there is no conformance.ts that says what the backend is",
		"1 promise kept, 1 not run",
	]);
	assert.equal(exitCode, undefined);
});

for (const [what, args, files, fault] of [
	["a folder that holds something", ["new", "taken"], { "taken/x": "" }, /taken is not empty: nothing is written over/],
	["a name that is none", ["new", "Shop Log"], {}, /^Shop Log can't be an adapter's name: use small letters/],
	["a path that is not there", ["test", "nowhere"], {}, /^nowhere is neither a file, nor a folder, nor a package/],
	["one that comes with sluice", ["test", "otlp"], {}, /^otlp comes with sluice, whose own tests run the suite/],
	["a folder without an adapter", ["test", "."], { x: "" }, /^\. holds no adapter\.ts or adapter\.js/],
	["a file that is no adapter", ["test", "a.ts"], { "a.ts": "export {};" }, /^a\.ts exports no adapter: its default/],
	[
		"a harness that is none",
		["test", "a.ts", "--harness", "h.ts"],
		{ "a.ts": SOUND, "h.ts": "export default {};" },
		/h\.ts exports no harness: its default export must be \{config, backend\}$/,
	],
	[
		"a case that there is not",
		["test", "a.ts", "--only", "slwo"],
		{ "a.ts": SOUND },
		/^--only slwo: there is no such case; there are config, attributes, /,
	],
] as const) {
	test(`refuses ${what}`, async () => {
		const dir = await temporaryFolder();
		for (const [name, text] of Object.entries(files)) {
			await mkdir(dirname(join(dir, name)), { recursive: true });
			await writeFile(join(dir, name), text);
		}
		const [command = "", path = "", ...rest] = args;
		const { fault: said } = await adapter(dir, command, command === "new" ? join(dir, path) : path, ...rest);
		assert.match(said ?? "", fault);
	});
}

test("lists those that come with sluice, and those a configuration uses", async (t) => {
	const { stdout } = await adapter(".", "list");
	assert.match(stdout, /^adapter +takes +from\nconsole +record +built in\ndecisionlog +record +built in\n/);
	const dir = await configurationFolder(t, {
		"books.yaml": policyYaml("books"),
		"own.ts": SOUND,
		"h.yaml":
			"apiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: own}\nspec: {adapter: ./own.ts, config: {to: a}}\n",
	});
	const list = JSON.parse((await adapter(".", "list", "--config", dir, "-o", "json")).stdout);
	assert.deepEqual(list.at(-1), { adapter: "./own.ts", signals: ["record"], origin: "own", file: join(dir, "own.ts") });
	assert.deepEqual(list[0], { adapter: "console", signals: ["record"], origin: "built in" });
});
