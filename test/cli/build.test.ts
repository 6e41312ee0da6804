import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Command } from "commander";
import { addBuildCommand } from "../../cli/commands/build.ts";
import { checkout } from "../support/programs.ts";

const policies = join(checkout, "policies");

/** `sluice build …` into a folder of its own. */
async function sluiceBuild(context: TestContext, ...args: readonly string[]) {
	const dir = await mkdtemp(join(tmpdir(), "sluice-build-"));
	context.after(() => rm(dir, { recursive: true }));
	const out = join(dir, "out");
	const printed = { stdout: "", stderr: "" };
	const streams = {
		stdout: { write: (text: string) => (printed.stdout += text) },
		stderr: { write: (text: string) => (printed.stderr += text) },
	};
	const program = new Command("sluice").exitOverride();
	addBuildCommand(program, streams);
	const run = program.parseAsync(["build", ...args, "--out", out], { from: "user" });
	return { dir, out, printed, run };
}

test("builds the example policies and says so in one line", async (context) => {
	const { out, printed, run } = await sluiceBuild(context, policies);
	await run;
	assert.match(
		printed.stdout,
		/^ ✓ policy {1,3}\d+\.\d s {3}bookstore@[0-9a-f]{6} → proxy \(reads 4 inputs, 17 tests pass\)\n$/,
	);
	assert.equal(printed.stderr, "");
	const filter = JSON.parse(await readFile(join(out, "filter.json"), "utf8"));
	const pluginConfig = await readFile(join(out, "plugin-config.json"), "utf8");
	const { config } = filter.resources[0].typed_config;
	assert.equal(config.configuration.value, pluginConfig);
	const module = Buffer.from(config.vm_config.code.local.inline_bytes, "base64");
	assert.ok(module.equals(await readFile(join(out, "filter.wasm"))));
	const { revision } = JSON.parse(pluginConfig);
	assert.equal(filter.version_info, revision);
	assert.equal(config.vm_config.configuration.value, `${revision}\n${await readFile(join(out, "data.json"), "utf8")}`);
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

test("explains where a Policy runs and why, for people and as JSON", async (context) => {
	const { printed, run } = await sluiceBuild(context, policies, "--explain");
	await run;
	assert.equal(
		printed.stdout.slice(printed.stdout.indexOf("\n") + 1),
		`
Policy bookstore runs in the proxy: every built-in it calls runs there
  reads input.attributes.request.http.headers.x-reader   bookstore/authz.rego:36
  reads input.attributes.request.http.headers.x-role   bookstore/authz.rego:20
  reads input.attributes.request.http.method   bookstore/authz.rego:38
  reads input.request.path_segments   bookstore/authz.rego:17
  volatile: nothing, so equal input has equal answers and they are reused
`,
	);
	const again = await sluiceBuild(context, policies, "--explain", "-o", "json");
	await again.run;
	const [explanation] = JSON.parse(again.printed.stdout).explanations;
	assert.deepEqual(explanation.reads[3], {
		path: ["request", "path_segments"],
		place: { file: "bookstore/authz.rego", row: 17 },
		widened: false,
	});
});

test("refuses a filter that no policy can be linked into", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "sluice-filter-"));
	context.after(() => rm(dir, { recursive: true }));
	const filter = join(dir, "http.wasm");
	await writeFile(filter, "not a filter");
	const { run } = await sluiceBuild(context, policies, "--filter", filter);
	await assert.rejects(run, {
		code: "tool",
		message: "the filter's module is not one that policies are linked into (http.link.wasm)",
	});
});

test("writes nothing where the configuration is wrong", async (context) => {
	const { dir, run, printed } = await sluiceBuild(
		context,
		join(checkout, "test/testdata/policies/faults/failing-test"),
	);
	await assert.rejects(run, { code: "invalid", message: /^shop\/authz_test\.rego:7: .*: FAIL/ });
	assert.equal(printed.stdout, "");
	assert.deepEqual(await readdir(dir), []);
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
