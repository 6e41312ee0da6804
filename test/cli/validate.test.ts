import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { addValidateCommand, validate } from "../../cli/commands/validate.ts";
import type { OutputOptions } from "../../cli/output.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";

const VALID = { "a.yaml": policyYaml("books") };
const WARNED = { "a.yaml": policyYaml("books", "mode: shadow") };
const BROKEN = { "a.yaml": policyYaml("books", "mode: shadw", "deadline: 1h"), "b.yaml": "kind: [" };

const WARNING =
	"a.yaml:9:9 spec.mode: warning: every Policy is a shadow and the default is deny: every request is denied\n";

const ERRORS = `a.yaml:9:9 spec.mode: "shadw" must be one of enforce, shadow (did you mean shadow?)
a.yaml:10:13 spec.deadline: 1h must be at most 10s
b.yaml:1:8: Flow sequence in block collection must be sufficiently indented and end with a ]
`;

test("says that a configuration is valid, and what it holds", async (context) => {
	const dir = await configurationFolder(context, VALID);
	assert.deepEqual(await run(dir, { output: "text" }), [true, `${dir}: valid, 1 policy, 0 handlers\n`, ""]);
});

test("counts Telemetries where there are any", async (context) => {
	const document = (kind: string, name: string, spec: string) =>
		`apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
	const handler = document("Handler", "m", "{adapter: prometheus}");
	const telemetry = (name: string) => {
		const metrics = ["a", "b"].map((metric) => `{name: ${name}_${metric}_total, type: counter, handlers: [m]}`);
		return document("Telemetry", name, `{metrics: [${metrics.join(", ")}]}`);
	};
	const files = { "h.yaml": [handler, telemetry("one"), telemetry("two")].join("---\n") };
	const { stdout, stderr } = await parse(context, { ...VALID, ...files });
	assert.equal(stderr, "");
	assert.match(stdout, /: valid, 1 policy, 1 handler, 2 telemetries\n$/);
});

test("warns on stderr of a configuration that is valid", async (context) => {
	const dir = await configurationFolder(context, WARNED);
	assert.deepEqual(await run(dir, { output: "text" }), [
		true,
		`${dir}: valid, 1 policy, 0 handlers, 1 warning\n`,
		WARNING,
	]);
});

test("names every fault on stderr and counts them on stdout", async (context) => {
	const dir = await configurationFolder(context, BROKEN);
	assert.deepEqual(await run(dir, { output: "text" }), [false, `${dir}: 3 errors\n`, ERRORS]);
});

test("writes JSON, and nothing else", async (context) => {
	const dir = await configurationFolder(context, WARNED);
	const [valid, stdout, stderr] = await run(dir, { output: "json" });
	const place = { level: "warning", code: "only_shadows", file: "a.yaml", line: 9, column: 9, field: "spec.mode" };
	const text = "every Policy is a shadow and the default is deny: every request is denied";
	assert.deepEqual([valid, stderr], [true, ""]);
	assert.deepEqual(JSON.parse(stdout), {
		ok: true,
		messages: [{ ...place, text }],
		summary: { errors: 0, warnings: 1, policies: 1, handlers: 0, telemetries: 0 },
	});
});

test("writes the faults as JSON with their suggestions", async (context) => {
	const dir = await configurationFolder(context, BROKEN);
	const [valid, stdout] = await run(dir, { output: "json" });
	const report = JSON.parse(stdout);
	assert.deepEqual([valid, report.ok, report.summary], [false, false, { errors: 3, warnings: 0 }]);
	assert.equal(report.messages[0].suggestion, "shadow");
});

test("writes the whole report to a file", async (context) => {
	const dir = await configurationFolder(context, BROKEN);
	const out = join(dir, "report.txt");
	assert.deepEqual(await run(dir, { output: "text", out }), [false, "", ""]);
	assert.equal(await readFile(out, "utf8"), `${ERRORS}${dir}: 3 errors\n`);
	assert.deepEqual(await run(dir, { output: "json", out }), [false, "", ""]);
	assert.equal(JSON.parse(await readFile(out, "utf8")).summary.errors, 3);
});

test("a file that cannot be written is said, and leaves nothing behind", async (context) => {
	const dir = await configurationFolder(context, VALID);
	await mkdir(join(dir, "taken"));
	const before = await readdir(dir);
	await assert.rejects(run(dir, { output: "text", out: join(dir, "taken") }), {
		name: "MixerError",
		code: "invalid",
		message: new RegExp(`^--out ${dir}/taken cannot be written: EISDIR`),
	});
	assert.deepEqual(await readdir(dir), before);
});

test("exits with 1 for an error and with 0 for a warning", async (context) => {
	assert.equal((await parse(context, WARNED)).exitCode, undefined);
	const { exitCode, stdout, stderr } = await parse(context, BROKEN);
	assert.equal(exitCode, 1);
	assert.match(stdout, /: 3 errors\n$/);
	assert.equal(stderr, ERRORS);
});

test("knows the adapters that come with the Mixer", async (context) => {
	const handler =
		"apiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: m}\nspec: {adapter: prometheus, config: {prefx: a}}\n";
	const { stderr } = await parse(context, { ...VALID, "h.yaml": handler });
	assert.equal(stderr, "h.yaml:4:38 spec.config.prefx: is not a known field (did you mean prefix?)\n");
});

test("helps with an example", () => {
	const { program, written } = commandLine();
	program.commands[0]?.outputHelp();
	assert.match(written.stdout, /^Usage: sluice validate \[options\] \[dir\]\n/);
	assert.match(written.stdout, /Example:\n {2}\$ sluice validate policies\n/);
});

async function run(dir: string, output: OutputOptions): Promise<[valid: boolean, stdout: string, stderr: string]> {
	const { streams, written } = capture();
	const valid = await validate({ dir, output, streams, adapters: new Map() });
	return [valid, written.stdout, written.stderr];
}

async function parse(context: Parameters<typeof configurationFolder>[0], files: Record<string, string>) {
	const { program, written } = commandLine();
	const before = process.exitCode;
	await program.parseAsync(["validate", await configurationFolder(context, files)], { from: "user" });
	const { exitCode } = process;
	process.exitCode = before;
	return { ...written, exitCode };
}

function commandLine() {
	const { streams, written } = capture();
	const program = new Command("sluice").configureOutput({
		writeOut: streams.stdout.write,
		writeErr: streams.stderr.write,
	});
	addValidateCommand(program, streams);
	return { program, written };
}

function capture() {
	const written = { stdout: "", stderr: "" };
	const append = (stream: keyof typeof written) => (text: string) => {
		written[stream] += text;
	};
	return { streams: { stdout: { write: append("stdout") }, stderr: { write: append("stderr") } }, written };
}
