import assert from "node:assert/strict";
import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";

const CONFIGURATION = testConfiguration("proxy-cache");

/** What a token in the test lives, in seconds: whole seconds are what its expiry counts in. */
const LIFE_SECONDS = 3;

const TIMEOUT_MS = 20_000;

let upstream: EchoUpstream;
let envoy: TestEnvoy;
/** One connection, so that one worker and its cache are asked. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

before(async () => {
	const { filter } = await buildTestConfiguration(CONFIGURATION);
	upstream = await EchoUpstream.start();
	envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter });
});

after(async () => {
	agent.destroy();
	await envoy.stop();
	await upstream.stop();
});

test("row 26: a token past its expiry is denied, though it was allowed before", async () => {
	const headers = { "x-token": token({ exp: Math.floor(Date.now() / 1000) + LIFE_SECONDS }) };
	assert.equal(await status("/expiry", headers), 200);
	const denied = async () => (await status("/expiry", headers)) === 403;
	await waitUntil({ what: "the token's end", timeoutMs: TIMEOUT_MS, probe: denied });
	assert.equal(await hits(), 0);
});

test("row 26: a token is denied once its key is rotated, though it was allowed before and that was kept", async () => {
	const headers = { "x-token": token({}) };
	const before = await hits();
	assert.deepEqual([await status("/key", headers), await status("/key", headers)], [200, 200]);
	assert.equal(await hits(), before + 1);
	await rotate();
	const denied = async () => (await status("/key", headers)) === 403;
	await waitUntil({ what: "the new key", timeoutMs: TIMEOUT_MS, probe: denied });
});

test("row 27: ('a_b', 'c') and ('a', 'b_c') are different questions", async () => {
	const before = await hits();
	for (let round = 0; round < 3; round++) {
		assert.equal(await status("/pair", { "x-a": "a_b", "x-b": "c" }), 200);
		assert.equal(await status("/pair", { "x-a": "a", "x-b": "b_c" }), 403);
	}
	assert.ok((await hits()) > before);
});

async function status(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
	return (await send({ port: envoy.port, path, headers, agent })).status;
}

function hits(): Promise<number> {
	return envoy.total("^wasmcustom\\.sluice_cache\\.hits$");
}

/** Another revision, in which the key of the tokens is no longer known. */
async function rotate(): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-rotated-"));
	try {
		await cp(CONFIGURATION, dir, { recursive: true });
		await writeFile(join(dir, "tokens/data.json"), '{"tokens": {"keys": ["tuesday"]}}');
		const { filter } = await buildTestConfiguration(dir);
		await writeFile(`${envoy.filterFile}.new`, filter);
		await rename(`${envoy.filterFile}.new`, envoy.filterFile);
	} finally {
		await rm(dir, { recursive: true });
	}
}

function token(payload: object): string {
	const parts = [JSON.stringify({ alg: "HS256", kid: "monday" }), JSON.stringify(payload), "signature"];
	return parts.map((part) => Buffer.from(part).toString("base64url")).join(".");
}
