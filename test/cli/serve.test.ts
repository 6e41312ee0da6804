import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { create } from "@bufbuild/protobuf";
import { CheckRequestSchema, Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

const REGO = `package shop

decision := {"allowed": input.request.method == "GET"}
`;

const CONFIGURATION = `apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: shop}
spec: {bundle: shop, entrypoint: shop/decision, targets: [{}], failureMode: deny, deadline: 2s, placement: mixer}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: log}
spec: {adapter: jsonlog, config: {file: LOG, attributes: [request.method]}}
`;

interface Ready {
	readonly event: string;
	readonly revision: string;
	readonly mixerPort: number;
	readonly adminPort: number;
}

/** A configuration's folder that ends with the test. */
async function configuration(t: TestContext): Promise<{ dir: string; log: string }> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-serve-"));
	t.after(() => rm(dir, { recursive: true }));
	const log = join(dir, "access.jsonl");
	await writeFile(join(dir, "sluice.yaml"), CONFIGURATION.replace("LOG", log));
	await mkdir(join(dir, "shop"));
	await writeFile(join(dir, "shop", "shop.rego"), REGO);
	return { dir, log };
}

/** Free ports, and the state in the configuration's folder, where it is no configuration. */
function flags(dir: string, mixerPort = 0): string[] {
	const ports = ["--mixer-port", String(mixerPort), "--discovery-port", "0", "--admin-port", "0"];
	return ["--config", dir, "--state", join(dir, ".state"), ...ports];
}

function run(
	t: TestContext,
	args: readonly string[],
): { child: ChildProcess; ended: Promise<unknown[]>; errors: () => string } {
	const child = spawn(process.execPath, [main, "serve", "--insecure-loopback", ...args], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	t.after(() => child.kill("SIGKILL"));
	let errors = "";
	child.stderr?.on("data", (chunk) => {
		errors += chunk;
	});
	return { child, ended: once(child, "close"), errors: () => errors };
}

async function firstLine(child: ChildProcess): Promise<string> {
	assert.ok(child.stdout !== null);
	for await (const line of createInterface({ input: child.stdout })) return line;
	return "";
}

async function serve(t: TestContext, dir: string, more: readonly string[] = []) {
	const process = run(t, [...flags(dir), "-o", "json", ...more]);
	const line = await Promise.race([firstLine(process.child), process.ended.then(() => "")]);
	assert.notEqual(line, "", process.errors());
	const ready: Ready = JSON.parse(line);
	const client = new MixerClient(ready.mixerPort);
	t.after(() => client.close());
	return { ...process, ready, client };
}

describe("sluice serve", () => {
	test("answers Check by the configuration's policy, logs by its handlers, and exits 0 at SIGTERM", async (t) => {
		const { dir, log } = await configuration(t);
		const { child, ended, ready, client, errors } = await serve(t, dir);
		assert.match(ready.revision, /^[0-9a-f]{64}$/);
		const readiness = await fetch(`http://127.0.0.1:${ready.adminPort}/readyz`);
		assert.equal(readiness.status, 200);
		const question = { revision: ready.revision, entrypoints: ["shop/decision"] };
		const ask = (input: string) => client.check(create(CheckRequestSchema, { ...question, input: Buffer.from(input) }));
		const { revision, decisions } = await ask('{"request":{"method":"GET"}}');
		assert.equal(revision, ready.revision);
		assert.deepEqual(
			decisions.map(({ status, value }) => [status, Buffer.from(value).toString()]),
			[[Decision_Status.OK, '{"allowed":true}']],
		);
		const records = Array.from({ length: 50 }, (_, i) => ({ "request.method": { string: `M${i}` } }));
		await client.report(reportBatch(records));
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [0, null], errors());
		const lines = records.map(({ "request.method": { string } }) => `{"request.method":"${string}"}\n`);
		assert.equal(await readFile(log, "utf8"), lines.join(""));
	});

	test("still takes records where every Policy runs in the proxy, and answers no Check of theirs", async (t) => {
		const { dir, log } = await configuration(t);
		const yaml = await readFile(join(dir, "sluice.yaml"), "utf8");
		await writeFile(join(dir, "sluice.yaml"), yaml.replace("placement: mixer", "placement: proxy"));
		const { child, ended, ready, client, errors } = await serve(t, dir);
		const question = { revision: ready.revision, entrypoints: ["shop/decision"], input: Buffer.from("{}") };
		const { decisions } = await client.check(create(CheckRequestSchema, question));
		assert.deepEqual(
			decisions.map(({ status }) => status),
			[Decision_Status.POLICY_ERROR],
		);
		await client.report(reportBatch([{ "request.method": { string: "GET" } }]));
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [0, null], errors());
		assert.equal(await readFile(log, "utf8"), '{"request.method":"GET"}\n');
	});

	test("writes what Envoy needs with --out", async (t) => {
		const { dir } = await configuration(t);
		const out = join(dir, "out");
		const { ready } = await serve(t, dir, ["--out", out]);
		assert.equal(JSON.parse(await readFile(join(out, "filter.json"), "utf8")).version_info, ready.revision);
		await access(join(out, "policy.wasm"));
	});

	for (const more of [[], ["--no-decisions-page"]]) {
		test(`serves the revision that sluice build makes of the same folder ${more}`, async (t) => {
			const { dir } = await configuration(t);
			const out = join(dir, "out");
			const args = [main, "build", dir, "--out", out, "-o", "json", ...more];
			const { stdout } = await promisify(execFile)(process.execPath, args);
			const { ready } = await serve(t, dir, more);
			assert.equal(ready.revision, JSON.parse(stdout).revision);
		});
	}

	test("names the busy port, its owner and the option that changes it", async (t) => {
		const { dir } = await configuration(t);
		const busy = createServer();
		await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
		t.after(() => busy.close());
		const address = busy.address();
		assert.ok(typeof address === "object" && address !== null);
		const { ended, errors } = run(t, flags(dir, address.port));
		assert.deepEqual(await ended, [1, null]);
		const owner = process.platform === "linux" ? `\\S.* \\(pid ${process.pid}\\)` : "another process";
		const message = `^port ${address.port} \\(Mixer\\) is in use by ${owner}: stop it, or choose another with --mixer-port\\n$`;
		assert.match(errors(), new RegExp(message));
	});

	test("refuses a configuration with a fault, naming the place", async (t) => {
		const { dir } = await configuration(t);
		await writeFile(join(dir, "sluice.yaml"), CONFIGURATION.replace("jsonlog", "jsonlogg"));
		const { ended, errors } = run(t, flags(dir));
		assert.deepEqual(await ended, [1, null]);
		assert.match(errors(), /^sluice\.yaml:9:17 spec\.adapter: /);
	});

	test("refuses a port that is none", async (t) => {
		const { ended, errors } = run(t, ["--config", ".", "--mixer-port", "70000"]);
		assert.deepEqual(await ended, [1, null]);
		assert.match(errors(), /a port is a number from 0 to 65535\./);
	});
});
