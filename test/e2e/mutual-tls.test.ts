import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { balance, waitShortly } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { PacedLoad } from "../support/paced-load.ts";
import { scaled } from "../support/scale.ts";
import { addMutualTls, Installation } from "../support/secured-mesh.ts";
import { ServerProcess } from "../support/server-process.ts";

const TIMEOUT_MS = 20_000;

/** How often everything is renewed while requests run. */
const RENEWALS = scaled({ quick: 1, full: 20 });

let installation: Installation;
let server: ServerProcess;
let upstream: EchoUpstream;
let envoy: TestEnvoy;
let envoyDir = "";

before(async () => {
	installation = await Installation.make();
	upstream = await EchoUpstream.start();
	const { configDir, stateDir } = installation;
	server = await ServerProcess.start({ configDir, stateDir, isSecured: true });
	envoyDir = await installation.proxy("gateway");
	envoy = await startEnvoy(envoyDir);
});

after(async () => {
	await envoy.stop();
	await Promise.all([server.stop(), upstream.stop()]);
	await installation.remove();
});

describe("an Envoy and a server that know each other", () => {
	test("decide in the proxy and in the Mixer", async () => {
		await until("the first revision", async () => (await ask(envoy, "GET", "/near")) === 200);
		await envoy.seesMixer();
		assert.deepEqual(
			[await ask(envoy, "POST", "/near"), await ask(envoy, "GET", "/far"), await ask(envoy, "POST", "/far")],
			[403, 200, 403],
		);
		await until("the acknowledgement of the records", () => envoy.settled());
		const handshakes = await envoy.stats("^cluster\\.sluice-(mixer|discovery)\\.ssl\\.versions\\.TLSv1\\.3$");
		assert.deepEqual(
			[...handshakes.values()].map((count) => count > 0),
			[true, true],
		);
	});

	test("get new certificates and another authority while requests run, and none fails", async (t) => {
		const load = new PacedLoad({
			...{ port: envoy.port, perSecond: 200, connections: 8 },
			path: (index) => (index % 2 === 0 ? "/far" : "/near"),
		});
		t.after(() => load.stop().catch(() => undefined));
		for (let i = 0; i < RENEWALS; i++) {
			const [before, next] = [i === 0 ? "ca" : `ca-${i}`, `ca-${i + 1}`];
			await renew(before);
			await installation.makeAuthority(next);
			await Promise.all([trust([before, next]), load.answered(100)]);
			await renew(next);
			await trust([next]);
			await reconnected();
		}
		await load.answered(100);
		await load.stop();
		const failed = load.answers.filter(({ status }) => status !== 200);
		assert.deepEqual([failed, load.answers.length > 300], [[], true]);
		assert.equal(server.log.filter((line) => line.includes("cannot be used")).length, 0);
	});

	test("show no key in logs or in what admin ports tell", async () => {
		const keys = [join(installation.serverDir, "sluice.key"), join(envoyDir, "gateway.key")];
		const { adminPort } = server.ready;
		const texts = [
			server.log.join("\n"),
			await envoy.logWith(""),
			await body(`http://127.0.0.1:${adminPort}/metrics`),
			await body(`http://127.0.0.1:${envoy.adminPort}/config_dump?include_eds`),
			await body(`http://127.0.0.1:${envoy.adminPort}/certs`),
			await readFile(join(installation.stateDir, "configuration.json"), "utf8"),
		];
		for (const key of keys) {
			const lines = (await readFile(key, "utf8")).split("\n").filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
			assert.ok(lines.length > 1, "a key is found at all");
			for (const secret of [...lines, "PRIVATE KEY"])
				assert.deepEqual(
					texts.filter((text) => text.includes(secret)),
					[],
				);
		}
	});
});

describe("an Envoy that the server does not know", () => {
	test("has no filter, and refuses everything as undecided", async (t) => {
		await installation.makeAuthority("stranger");
		const dir = await installation.proxy("wrong-authority", { ca: "stranger", trusts: authority() });
		const stranger = await startEnvoy(dir);
		t.after(() => stranger.stop());
		await until(
			"a refusal",
			async () => (await stranger.total("^cluster\\.sluice-discovery\\.upstream_cx_total$")) > 0,
		);
		assert.deepEqual([await ask(stranger, "GET", "/near"), await ask(stranger, "GET", "/far")], [503, 503]);
		const { acks } = await discoveryCounts();
		assert.equal(acks, 1, "that of the other Envoy");
	});

	for (const { what, options } of [
		{ what: "by its authority", options: { ca: "stranger" } },
		{ what: "by its name", options: { account: "other" } },
	]) {
		test(`refuses what the Mixer decides, and decides the rest by the filter it has: unknown ${what}`, async (t) => {
			const dir = await installation.proxy(`unknown-${what}`.replaceAll(" ", "-"), {
				...{ ca: authority(), trusts: authority() },
				...options,
			});
			const stranger = await startEnvoy(dir, { withFile: true });
			t.after(() => stranger.stop());
			assert.deepEqual(
				[await ask(stranger, "GET", "/near"), await ask(stranger, "GET", "/far"), await ask(stranger, "POST", "/near")],
				[200, 503, 403],
			);
		});
	}

	test("is named in the server's log", async () => {
		const refused = "spiffe://cluster.local/ns/default/sa/other is not listed in spec.tls.proxies";
		await until("the line", async () => server.log.some((line) => line.includes(refused)));
	});
});

test("an Envoy does not speak to a server of another name", async (t) => {
	const dir = await installation.proxy("deceived", { ca: authority(), trusts: authority() });
	const edit = (text: string) => text.replace("/sa/sluice", "/sa/another");
	const deceived = await startEnvoy(dir, { withFile: true, edit });
	t.after(() => deceived.stop());
	await until(
		"the refusal",
		async () => (await deceived.total("^cluster\\.sluice-mixer\\.ssl\\.fail_verify_san$")) > 0,
	);
	assert.deepEqual([await ask(deceived, "GET", "/near"), await ask(deceived, "GET", "/far")], [200, 503]);
});

/** The authority of the certificates that are in force. */
function authority(): string {
	return `ca-${RENEWALS}`;
}

async function startEnvoy(dir: string, options: { withFile?: boolean; edit?: (text: string) => string } = {}) {
	const { withFile = false, edit = (text) => text } = options;
	// Connections to the Mixer are renewed every second, as by the file every hour.
	const often = (text: string) => edit(text.replace("max_connection_duration: 3600s", "max_connection_duration: 1s"));
	const secure = await addMutualTls(dir, often);
	return TestEnvoy.start({
		upstreamPort: upstream.port,
		mixerPort: server.port,
		nodeId: "default/gateway",
		filter: withFile
			? await readFile(join(installation.stateDir, "filter.json"), "utf8")
			: { discoveryPort: server.ready.discoveryPort },
		change(config) {
			secure(config);
			balance(config);
			if (!withFile) waitShortly(config);
		},
	});
}

/** Gives both sides certificates of this authority, and returns when both use them. */
async function renew(ca: string): Promise<void> {
	const uses = usedCertificates();
	const [before] = await envoySecrets();
	await installation.issue(installation.serverDir, "sluice", ca);
	await installation.issue(envoyDir, "gateway", ca);
	await until("the server's new certificate", async () => usedCertificates() > uses);
	await until("Envoy's new certificate", async () => (await envoySecrets())[0] !== before);
	await reconnected();
}

/** Has both sides trust these authorities, and returns when both do. */
async function trust(authorities: readonly string[]): Promise<void> {
	const uses = usedCertificates();
	const [, before] = await envoySecrets();
	await installation.trustIn(installation.serverDir, authorities);
	await installation.trustIn(envoyDir, authorities);
	await until("the server's other authorities", async () => usedCertificates() > uses);
	await until("Envoy's other authorities", async () => (await envoySecrets())[1] !== before);
}

/** Returns when each worker has opened another connection to the Mixer, and requests go over it. */
async function reconnected(): Promise<void> {
	const count = () => envoy.total("^cluster\\.sluice-mixer\\.ssl\\.handshake$");
	const before = await count();
	await until("other connections", async () => (await count()) > before + 3);
}

function usedCertificates(): number {
	return server.log.filter((line) => line.includes("another certificate is in force")).length;
}

/** What Envoy has of its own certificate, and of authorities. */
async function envoySecrets(): Promise<[string, string]> {
	const { certificates } = JSON.parse(await body(`http://127.0.0.1:${envoy.adminPort}/certs`));
	return [JSON.stringify(certificates[0].cert_chain), JSON.stringify(certificates[0].ca_cert)];
}

async function discoveryCounts(): Promise<{ acks: number }> {
	const metrics = await body(`http://127.0.0.1:${server.ready.adminPort}/metrics`);
	const acks = [...metrics.matchAll(/^sluice_discovery_acks_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
	return { acks: acks.reduce((sum, count) => sum + count, 0) };
}

async function body(url: string): Promise<string> {
	return (await fetch(url)).text();
}

async function ask(to: TestEnvoy, method: string, path: string): Promise<number> {
	return (await send({ port: to.port, method, path })).status;
}

function until(what: string, probe: () => Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: TIMEOUT_MS, probe });
}
