import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Document } from "yaml";
import { clusterPath, filterPath } from "../../cli/up/envoy-config.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { jwtText, TestEnvoy } from "../support/envoy.ts";
import { type Answer, send } from "../support/http-client.ts";
import { KeyServer } from "../support/key-server.ts";
import { curvePair, encoded, rsaPair, tokenOf } from "../support/tokens.ts";

const pairs = { rs: rsaPair(), es: curvePair("P-256") };
const claims = {
	iss: "https://issuer.example",
	aud: "shop",
	sub: "anna",
	level: 3,
	share: 0.25,
	exp: 4_102_444_800,
	active: true,
	nickname: null,
	roles: ["staff", "buyer"],
	address: { city: "Ulm", lines: [] },
};

let upstream: EchoUpstream;
let issuer: KeyServer;
let filter: string;
let envoy: TestEnvoy;
/** One connection to each Envoy, so that one worker and the tokens that it keeps are asked. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

before(async () => {
	[upstream, issuer] = await Promise.all([EchoUpstream.start(), KeyServer.start(pairs)]);
	filter = (await buildTestConfiguration(testConfiguration("claims"))).filter;
	envoy = await startEnvoy({ keepsTokens: true });
});

after(async () => {
	agent.destroy();
	await envoy.stop();
	await Promise.all([upstream.stop(), issuer.stop()]);
});

beforeEach(() => {
	upstream.arrivals.length = 0;
});

async function startEnvoy({ keepsTokens }: { keepsTokens: boolean }): Promise<TestEnvoy> {
	const template = await jwtText();
	const change = (config: Document) => {
		pointIssuer(config);
		if (!keepsTokens) assert.ok(config.deleteIn([...providerPath(config), "jwt_cache_config"]));
	};
	const ports = { upstreamPort: upstream.port, mixerPort: upstream.port };
	return TestEnvoy.start({ ...ports, filter, edit: () => template, change });
}

/** The issuer is this test's, without TLS, and its keys are fetched again every second. */
function pointIssuer(config: Document): void {
	const cluster = clusterPath(config, "issuer");
	config.deleteIn([...cluster, "transport_socket"]);
	config.setIn([...cluster, "type"], "STATIC");
	const socket = ["load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint", "address", "socket_address"];
	config.setIn([...cluster, ...socket], config.createNode({ address: "127.0.0.1", port_value: issuer.port }));
	config.setIn([...providerPath(config), "remote_jwks", "cache_duration"], "1s");
}

function providerPath(config: Document): readonly (string | number)[] {
	return [...filterPath(config, "envoy.filters.http.jwt_authn"), "typed_config", "providers", "issuer"];
}

function ask(path: string, token?: string, { port } = envoy): Promise<Answer> {
	return send({ port, path, headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, agent });
}

function signed(payload: Readonly<Record<string, unknown>>, kid: keyof typeof pairs = "es"): string {
	return tokenOf({ algorithm: kid === "es" ? "ES256" : "RS256", key: pairs[kid].privateKey, header: { kid }, payload });
}

function forged(): string {
	const [header, , signature] = signed(claims).split(".");
	return [header, encoded(JSON.stringify({ ...claims, sub: "root" })), signature].join(".");
}

describe("behind jwt_authn a policy", () => {
	for (const kid of ["es", "rs"] as const) {
		test(`reads the claims of a verified token with their types: ${kid}`, async () => {
			// The second time Envoy has the token in its cache.
			for (const _ of ["verified", "kept"]) {
				assert.equal((await ask("/claims", signed(claims, kid))).status, 200);
				const { headers } = upstream.only();
				assert.deepEqual(JSON.parse(headers.get("x-claims")?.[0] ?? ""), claims);
				assert.equal(headers.has("authorization"), false);
			}
		});
	}

	const staff: readonly (readonly [what: string, payload: Readonly<Record<string, unknown>>, status: number])[] = [
		["as they are asked for", claims, 200],
		["of which a number is too small", { ...claims, level: 2 }, 403],
		["of which a boolean is a string", { ...claims, active: "true" }, 403],
		["without the role", { ...claims, roles: ["buyer"] }, 403],
		["with the role as a string", { ...claims, roles: "staff" }, 403],
	];
	for (const [what, payload, status] of staff) {
		test(`decides by claims ${what}: ${status}`, async () => {
			assert.equal((await ask("/staff", signed(payload))).status, status);
		});
	}

	test("decides on a request without a token, which has no claims", async () => {
		assert.equal((await ask("/claims")).status, 403);
		assert.equal((await ask("/open")).status, 200);
	});

	const bad: readonly (readonly [what: string, token: string, status: number])[] = [
		["whose claims were changed", forged(), 401],
		["of another issuer", signed({ ...claims, iss: "https://other.example" }), 401],
		["for another audience", signed({ ...claims, aud: "bank" }), 403],
		["that has ended", signed({ ...claims, exp: 1_000_000_000 }), 401],
		["that is none", "no.token.atall", 401],
	];
	for (const [what, token, status] of bad) {
		test(`is not asked about a token ${what}: Envoy answers ${status}`, async () => {
			const answer = await ask("/open", token);
			assert.equal(answer.status, status);
			assert.match(answer.body, /^(Jwt|Audiences in Jwt) /);
			assert.deepEqual(upstream.arrivals, []);
		});
	}

	test("row 26: is not asked about a token whose key was taken back, if Envoy keeps none", async (context) => {
		const withoutCache = await startEnvoy({ keepsTokens: false });
		context.after(() => withoutCache.stop());
		const token = signed(claims);
		const status = async (at: TestEnvoy) => (await ask("/claims", token, at)).status;
		assert.deepEqual([await status(withoutCache), await status(envoy)], [200, 200]);
		issuer.keys = { rs: pairs.rs };
		const probe = async () => (await status(withoutCache)) === 401;
		await waitUntil({ what: "the end of the key", timeoutMs: 20_000, probe });
		assert.equal((await ask("/claims", signed(claims, "rs"), withoutCache)).status, 200);
		// One that Envoy has never seen; the other it keeps until its end, as envoy/jwt.yaml warns.
		const unseen = async () => (await ask("/claims", signed({ ...claims, sub: "bert" }))).status === 401;
		await waitUntil({ what: "the end of the key beside the cache", timeoutMs: 20_000, probe: unseen });
		assert.equal(await status(envoy), 200);
	});
});
