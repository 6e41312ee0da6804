import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Command } from "commander";
import { addBuildCommand } from "../../cli/commands/build.ts";
import { checkout } from "../support/programs.ts";

const policies = join(checkout, "policies");

/** `sluice build …` in a folder of its own that has a filter. */
async function sluiceBuild(context: TestContext, ...args: readonly string[]) {
	const dir = await mkdtemp(join(tmpdir(), "sluice-build-"));
	context.after(() => rm(dir, { recursive: true }));
	const filter = join(dir, "http.wasm");
	await writeFile(filter, "the filter");
	const out = join(dir, "out");
	const printed = { stdout: "", stderr: "" };
	const streams = {
		stdout: { write: (text: string) => (printed.stdout += text) },
		stderr: { write: (text: string) => (printed.stderr += text) },
	};
	const program = new Command("sluice").exitOverride();
	addBuildCommand(program, streams);
	const run = program.parseAsync(["build", ...args, "--out", out, "--filter", filter], { from: "user" });
	return { dir, out, printed, run };
}

test("builds the example policies and says so in one line", async (context) => {
	const { out, printed, run } = await sluiceBuild(context, policies);
	await run;
	assert.match(
		printed.stdout,
		/^ ✓ policy {1,3}\d+\.\d s {3}bookstore@[0-9a-f]{6} → mixer \(reads 3 inputs, 13 tests pass\)\n$/,
	);
	assert.equal(printed.stderr, "");
	const filter = JSON.parse(await readFile(join(out, "filter.json"), "utf8"));
	const pluginConfig = await readFile(join(out, "plugin-config.json"), "utf8");
	const { config } = filter.resources[0].typed_config;
	assert.equal(config.configuration.value, pluginConfig);
	assert.equal(Buffer.from(config.vm_config.code.local.inline_bytes, "base64").toString(), "the filter");
	assert.equal(filter.version_info, JSON.parse(pluginConfig).revision);
	const { attributes } = JSON.parse(pluginConfig).report;
	// What the handlers of the example use, each once.
	assert.deepEqual(attributes, [...new Set(attributes)].sort());
	assert.ok(attributes.includes("response.code") && attributes.includes("check.policy"));
});

test("gives what the build requires as JSON", async (context) => {
	const { out, printed, run } = await sluiceBuild(context, policies, "-o", "json");
	await run;
	const { elapsedMs, ...result } = JSON.parse(printed.stdout);
	assert.equal(typeof elapsedMs, "number");
	assert.deepEqual(result, JSON.parse(await readFile(join(out, "requirements.json"), "utf8")));
});

test("writes nothing where the configuration is wrong", async (context) => {
	const { dir, run, printed } = await sluiceBuild(
		context,
		join(checkout, "test/testdata/policies/faults/failing-test"),
	);
	await assert.rejects(run, { code: "invalid", message: /^shop\/authz_test\.rego:7: .*: FAIL/ });
	assert.equal(printed.stdout, "");
	assert.deepEqual(await readdir(dir), ["http.wasm"]);
});

test("tells every fault of the configuration with its place", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "sluice-faulty-"));
	context.after(() => rm(dir, { recursive: true }));
	await cp(policies, dir, { recursive: true });
	const yaml = await readFile(join(dir, "sluice.yaml"), "utf8");
	await writeFile(
		join(dir, "sluice.yaml"),
		yaml.replace("  failureMode: deny\n", "").replace("default: deny", "default: dney"),
	);
	const { run } = await sluiceBuild(context, dir);
	await assert.rejects(run, (error: Error) => {
		const lines = error.message.split("\n");
		assert.equal(lines.length, 2);
		assert.match(lines[0] ?? "", /^sluice\.yaml:8:12 spec\.default: /);
		assert.match(lines[1] ?? "", /^sluice\.yaml:\d+:\d+ spec\.failureMode: /);
		return true;
	});
});

test("says what to do where the filter was not built", async () => {
	const missing = new Command("sluice").exitOverride();
	addBuildCommand(missing);
	const args = ["build", policies, "--out", join(tmpdir(), "never"), "--filter", "/nowhere/http.wasm"];
	await assert.rejects(missing.parseAsync(args, { from: "user" }), {
		code: "tool",
		message: "/nowhere/http.wasm: the filter's module cannot be read: npm run setup builds it, --filter names another",
	});
});
