import assert from "node:assert/strict";
import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { certificateOf, pemOf } from "../support/certificate.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { type Answer, load, send } from "../support/http-client.ts";
import { scaled } from "../support/scale.ts";
import { tokenAttacks } from "../support/token-attacks.ts";
import { curvePair, type KeyPair, rsaPair, tokenOf } from "../support/tokens.ts";

/** What a token in the test lives, in seconds: whole seconds are what its end counts in. */
const LIFE_SECONDS = 3;

const TIMEOUT_MS = 20_000;

/** Requests with attacks among them, over several connections to both workers. */
const REQUESTS = scaled({ quick: 600, full: 60_000 });

const pairs = { rs: rsaPair(), es: curvePair("P-256"), es384: curvePair("P-384"), es512: curvePair("P-521") } as const;
const algorithms: readonly (readonly [algorithm: string, kid: keyof typeof pairs])[] = [
	["RS256", "rs"],
	["RS384", "rs"],
	["RS512", "rs"],
	["ES256", "es"],
	["ES384", "es384"],
	["ES512", "es512"],
];
const payload = { iss: "https://issuer.example", aud: ["shop", "bank"], sub: "anna" };

let upstream: EchoUpstream;
let envoy: TestEnvoy;
/** One connection, so that one worker and what it keeps are asked. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

before(async () => {
	upstream = await EchoUpstream.start();
	const filter = await filterWith(pairs);
	envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter });
});

after(async () => {
	agent.destroy();
	await envoy.stop();
	await upstream.stop();
});

for (const [algorithm, kid] of algorithms) {
	test(`${algorithm} is verified, and its claims decide`, async () => {
		const token = tokenOf({ algorithm, key: pairs[kid].privateKey, header: { kid }, payload });
		for (const path of ["/claims", `/signed/${algorithm.toLowerCase()}`]) {
			upstream.arrivals.length = 0;
			const answer = await ask(path, token);
			assert.deepEqual([answer.status, answer.body], [200, `echo ${path}`]);
			if (path === "/claims") assert.deepEqual(upstream.only().headers.get("x-user"), ["anna"]);
		}
	});
}

test("a certificate verifies as the key in it does", async () => {
	const token = tokenOf({ algorithm: "ES256", key: pairs.es.privateKey, payload });
	assert.equal((await ask("/signed/certificate", token)).status, 200);
});

test("every forged token is refused, and the good ones still pass", async () => {
	const good = tokenOf({ algorithm: "ES256", key: pairs.es.privateKey, header: { kid: "es" }, payload });
	for (const { what, path, headers, fails } of tokenAttacks({ rsa: pairs.rs, text: keysOf(pairs), good })) {
		const answer = await send({ port: envoy.port, path, headers, agent });
		assert.equal(answer.status, 403, what);
		assert.equal(answer.body === "the policy failed on this request\n", fails, `${what}: ${answer.body}`);
		assert.equal((await ask("/claims", good)).status, 200, what);
	}
	assert.equal(await envoy.total("vm_reload|sluice_callback_failures"), 0);
});

test("row 26: a token past its end is refused, though it was allowed before", async () => {
	const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
	const token = tokenOf({
		algorithm: "RS256",
		key: pairs.rs.privateKey,
		header: { kid: "rs" },
		payload: { ...payload, exp },
	});
	const before = await hits();
	assert.deepEqual([await status("/claims", token), await status("/claims", token)], [200, 200]);
	await waitUntil({
		what: "the token's end",
		timeoutMs: TIMEOUT_MS,
		probe: async () => (await status("/claims", token)) === 403,
	});
	assert.ok(Date.now() / 1000 >= exp);
	assert.equal(await hits(), before);
});

test("while tokens are attacked, each request gets its own answer", async () => {
	const good = tokenOf({ algorithm: "ES256", key: pairs.es.privateKey, header: { kid: "es" }, payload });
	const attacks = tokenAttacks({ rsa: pairs.rs, text: keysOf(pairs), good });
	const request = async (index: number) => {
		const attack = attacks[index % attacks.length];
		if (index % 3 === 0 || attack === undefined)
			return (await send({ port: envoy.port, path: "/neighbour" })).status === 200;
		if (index % 3 === 1)
			return (await send({ port: envoy.port, path: "/claims", headers: { "x-token": good } })).status === 200;
		return (await send({ port: envoy.port, path: attack.path, headers: attack.headers })).status === 403;
	};
	const answers = await load({ count: REQUESTS, concurrency: 8, request });
	assert.deepEqual(
		answers.flatMap((right, index) => (right ? [] : [index])),
		[],
	);
	assert.equal(await envoy.total("vm_reload|sluice_callback_failures"), 0);
});

test("row 26: a token is refused once its key is rotated, though it was allowed before and that was kept", async () => {
	const token = tokenOf({ algorithm: "ES256", key: pairs.es.privateKey, header: { kid: "es" }, payload });
	const before = await hits();
	for (const path of ["/signed/es256", "/signed/es256", "/claims"]) assert.equal(await status(path, token), 200, path);
	assert.equal(await hits(), before + 1);
	const rotated = { ...pairs, es: curvePair("P-256") };
	await writeFile(`${envoy.filterFile}.new`, await filterWith(rotated));
	await rename(`${envoy.filterFile}.new`, envoy.filterFile);
	for (const path of ["/signed/es256", "/claims"]) {
		const refused = async () => (await status(path, token)) === 403;
		await waitUntil({ what: `the new key at ${path}`, timeoutMs: TIMEOUT_MS, probe: refused });
	}
	const fresh = tokenOf({ algorithm: "ES256", key: rotated.es.privateKey, header: { kid: "es" }, payload });
	assert.equal(await status("/claims", fresh), 200);
});

function ask(path: string, token: string): Promise<Answer> {
	return send({ port: envoy.port, path, headers: { "x-token": token }, agent });
}

async function status(path: string, token: string): Promise<number> {
	return (await ask(path, token)).status;
}

/** Decisions of the cache. */
function hits(): Promise<number> {
	return envoy.total("^wasmcustom\\.sluice_cache\\.hits$");
}

function keysOf(known: Readonly<Record<string, KeyPair>>): string {
	const keys = Object.entries(known).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: "jwk" }), kid }));
	return JSON.stringify({ keys });
}

/** The configuration with these keys in its data. */
async function filterWith(known: Readonly<Record<string, KeyPair>> & { es: KeyPair; rs: KeyPair }): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-tokens-"));
	try {
		await cp(testConfiguration("tokens"), dir, { recursive: true });
		await rm(join(dir, "tokens/tokens_test.rego"));
		const bytes = certificateOf({ publicKey: known.es.publicKey, issuerKey: known.rs.privateKey });
		const data = { tokens: { keys: keysOf(known), certificate: pemOf("CERTIFICATE", bytes) } };
		await writeFile(join(dir, "tokens/data.json"), JSON.stringify(data));
		return (await buildTestConfiguration(dir)).filter;
	} finally {
		await rm(dir, { recursive: true });
	}
}
