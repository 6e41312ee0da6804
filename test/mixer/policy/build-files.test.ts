import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readBundleFile } from "../../../mixer/policy/bundle-file.ts";
import { readBuild } from "../../../mixer/policy/read-build.ts";
import { writeBuild } from "../../../mixer/policy/write-build.ts";
import { tarOf } from "../../support/tar.ts";
import { buildDir, examplePolicies } from "./policy-folder.ts";

async function temporaryFolder(context: TestContext): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-out-"));
	context.after(() => rm(dir, { recursive: true }));
	return dir;
}

test("reads a build as it was written", async (context) => {
	const dir = join(await temporaryFolder(context), "new", "folder");
	const build = await buildDir(examplePolicies);
	await writeBuild({ build, dir, more: { "filter.json": "{}" } });
	assert.deepEqual((await readdir(dir)).sort(), [
		"SHA256SUMS",
		"data.json",
		"filter.json",
		"filter.wasm",
		"plugin-config.json",
		"policy.wasm",
		"requirements.json",
	]);
	const { policyWasm, module, data, ...rest } = await readBuild(dir);
	assert.deepEqual(rest, { requirements: build.requirements, pluginConfig: build.pluginConfig, testsPassed: 17 });
	assert.ok(Buffer.from(build.policyWasm).equals(policyWasm) && Buffer.from(build.data).equals(data));
	assert.ok(Buffer.from(build.module).equals(module));
});

test("writes sums that sha256sum checks", async (context) => {
	const dir = await temporaryFolder(context);
	await writeBuild({ build: await buildDir(examplePolicies), dir });
	const check = () => execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: dir, encoding: "utf8", stdio: "pipe" });
	const names = ["policy.wasm", "filter.wasm", "data.json", "plugin-config.json", "requirements.json"];
	const all = (verdict: (name: string) => string) => names.map((name) => `${name}: ${verdict(name)}\n`).join("");
	assert.equal(
		check(),
		all(() => "OK"),
	);
	await appendFile(join(dir, "filter.wasm"), " ");
	assert.throws(check, { stdout: all((name) => (name === "filter.wasm" ? "FAILED" : "OK")) });
});

test("refuses a file that was changed after the build", async (context) => {
	const dir = await temporaryFolder(context);
	const build = await buildDir(examplePolicies);
	for (const name of ["policy.wasm", "filter.wasm", "data.json", "plugin-config.json", "requirements.json"]) {
		await writeBuild({ build, dir });
		const file = join(dir, name);
		const wanted = hash("sha256", await readFile(file));
		await appendFile(file, " ");
		const message = `${file}: its SHA-256 is ${hash("sha256", await readFile(file))}, SHA256SUMS says ${wanted}`;
		await assert.rejects(readBuild(dir), { code: "invalid", message: `${message}: it was changed after the build` });
	}
	await writeBuild({ build, dir });
	await writeFile(join(dir, "SHA256SUMS"), "");
	const message = /policy\.wasm: its SHA-256 is \w{64}, SHA256SUMS says nothing of it: it was changed after the build$/;
	await assert.rejects(readBuild(dir), { code: "invalid", message });
});

test("refuses files that are not of one build, whatever their sums", async (context) => {
	const dir = await temporaryFolder(context);
	const build = await buildDir(examplePolicies);
	const spoilt = Buffer.concat([build.module, Buffer.from(" ")]);
	const pluginConfig = build.pluginConfig.replace('"default":"deny"', '"default":"allow"');
	for (const part of [{ module: spoilt }, { policyWasm: spoilt }, { data: spoilt }, { pluginConfig }]) {
		await writeBuild({ build: { ...build, ...part }, dir });
		const message = `${dir}: the files are not of one build: run sluice build again`;
		await assert.rejects(readBuild(dir), { code: "invalid", message });
	}
	await rm(join(dir, "policy.wasm"));
	await assert.rejects(readBuild(dir), { code: "invalid", message: /: no finished build is there: ENOENT/ });
});

test("says that a build cannot be written", async (context) => {
	const file = join(await temporaryFolder(context), "file");
	await writeFile(file, "");
	const build = await buildDir(examplePolicies);
	await assert.rejects(writeBuild({ build, dir: file }), {
		code: "invalid",
		message: /^.*file cannot be written: EEXIST/,
	});
});

test("takes a file out of a bundle", () => {
	const data = { name: "/data.json", content: "{}" };
	const long = { name: "/long", content: "x".repeat(600) };
	const bundle = gzipSync(tarOf([data, long, { name: "/policy.wasm", content: "wasm" }]));
	assert.equal(Buffer.from(readBundleFile(bundle, "/policy.wasm")).toString(), "wasm");
	assert.equal(readBundleFile(bundle, "/long").byteLength, 600);
	assert.throws(() => readBundleFile(bundle, "/plan.json"), { code: "tool", message: "opa build wrote no /plan.json" });
});

test("refuses a bundle that is cut off", () => {
	const whole = tarOf([{ name: "/data.json", content: "x".repeat(600) }]);
	for (const size of [512, 513, 1024, 1111]) {
		const bundle = gzipSync(whole.subarray(0, size));
		assert.throws(() => readBundleFile(bundle, "/data.json"), {
			code: "tool",
			message: "opa build wrote a bundle that cannot be read: the archive is cut off in /data.json",
		});
	}
	assert.throws(() => readBundleFile(gzipSync(whole.subarray(0, 511)), "/data.json"), { code: "tool" });
	assert.throws(() => readBundleFile(gzipSync(whole).subarray(0, 20), "/data.json"));
});
