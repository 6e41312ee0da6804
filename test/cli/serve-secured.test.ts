import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { create } from "@bufbuild/protobuf";
import { credentials, status } from "@grpc/grpc-js";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { CheckRequestSchema } from "../../mixer/api/generated/mixer_pb.js";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { checkout } from "../support/programs.ts";
import { Installation } from "../support/secured-mesh.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TIMEOUT_MS = 20_000;
const GATEWAY = "spiffe://cluster.local/ns/default/sa/gateway";

let installation: Installation;
let server: ServerProcess;
let client: MixerClient;

before(async () => {
	installation = await Installation.make();
	const { configDir, stateDir } = installation;
	server = await ServerProcess.start({ configDir, stateDir, isSecured: true });
	const dir = await installation.proxy("gateway");
	const [root, key, certificate] = await Promise.all(
		["ca.crt", "gateway.key", "gateway.crt"].map((name) => readFile(join(dir, name))),
	);
	assert.ok(root && key && certificate);
	// By its SPIFFE ID alone, as Envoy knows it: it has no DNS name.
	const channel = credentials.createSsl(root, key, certificate, { checkServerIdentity: () => undefined });
	client = new MixerClient(server.port, {}, channel);
});

after(async () => {
	client.close();
	assert.equal(await server.stop(), 0, "it ends by itself: nothing keeps the process");
	await installation.remove();
});

/** Changes the configuration while it is served. */
async function edit(change: (text: string) => string): Promise<void> {
	const file = join(installation.configDir, "sluice.yaml");
	const text = await readFile(file, "utf8");
	const changed = change(text);
	assert.notEqual(changed, text);
	await writeFile(`${file}.new`, changed);
	await rename(`${file}.new`, file);
}

function check() {
	const origin = { proxy: "default/gateway", vm: 1 };
	const { revision } = server.ready;
	return client.check(
		create(CheckRequestSchema, { origin, revision, entrypoints: ["door/allow"], input: Buffer.from("{}") }),
	);
}

/** Returns once the client is refused for not being on the list. */
async function refused(): Promise<void> {
	const details = `${GATEWAY} is not listed in spec.tls.proxies`;
	await until("the refusal", async () => {
		const error = await check().then(
			() => undefined,
			(thrown) => thrown,
		);
		if (error === undefined) return false;
		assert.deepEqual([error.code, error.details], [status.PERMISSION_DENIED, details]);
		return true;
	});
}

function until(what: string, probe: () => Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: TIMEOUT_MS, probe });
}

describe("sluice serve by spec.tls", () => {
	test("answers a proxy on the list", async () => {
		assert.equal((await check()).revision, server.ready.revision);
	});

	test("shows how long its certificate lasts", async () => {
		const metrics = await (await fetch(`http://127.0.0.1:${server.ready.adminPort}/metrics`)).text();
		const days = /^sluice_tls_days_until_expiry\{of="certificate"\} (\S+)$/m.exec(metrics)?.[1];
		assert.ok(Number(days) > 29 && Number(days) <= 30, days);
	});

	test("goes by another list as soon as it is written, on connections that are open as well", async () => {
		await edit((text) => text.replace("sa/gateway", "sa/another"));
		await refused();
		await edit((text) => text.replace("sa/another", "sa/gateway"));
		await until("the permission", () =>
			check().then(
				() => true,
				() => false,
			),
		);
	});

	test("without spec.tls says that this takes a restart, and keeps to its list", async () => {
		await edit((text) => text.replace("sa/gateway", "sa/another"));
		await refused();
		await edit((text) => text.replace(/ {2}tls:\n[\s\S]*?---/, "---"));
		const { fields } = await server.event("restart_needed");
		assert.deepEqual(fields, ["spec.tls"]);
		await refused();
	});
});

test("sluice serve without spec.tls says what to do", async () => {
	const dir = await temporaryFolder();
	await cp(installation.configDir, dir, { recursive: true });
	const file = join(dir, "sluice.yaml");
	await writeFile(file, (await readFile(file, "utf8")).replace(/ {2}tls:\n[\s\S]*?---/, "---"));
	const args = [join(checkout, "cli/main.ts"), "serve", "--config", dir, "--state", join(dir, ".state")];
	const ports = ["--mixer-port", "0", "--discovery-port", "0", "--admin-port", "0"];
	await assert.rejects(promisify(execFile)(process.execPath, [...args, ...ports]), ({ code, stdout, stderr }) => {
		assert.deepEqual([code, stdout], [1, ""]);
		assert.match(stderr, /^the Settings have no spec\.tls, .*\n {2}sluice cert init --out certs\n/);
		return true;
	});
});
