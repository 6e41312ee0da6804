import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Document } from "yaml";
import { certificateOf, pemOf } from "../support/certificate.ts";
import { RedisClient } from "../support/redis-client.ts";
import { RedisServer } from "../support/redis-server.ts";
import { CHAIN, TcpEnvoy, TcpMixer } from "../support/tcp-mesh.ts";

const CART = "spiffe://example.com/ns/shop/sa/cart";
const SET = { command: "SET a 1", answer: "+OK\r\n" };
const GET = { command: "GET a", answer: "$1\r\n1\r\n" };
const SENT_BYTES = `${SET.command}\r\n${GET.command}\r\n`.length;
const ANSWER_BYTES = `${SET.answer}${GET.answer}`.length;

let redis: RedisServer;
let mixer: TcpMixer;

before(async () => {
	[redis, mixer] = await Promise.all([RedisServer.start(), TcpMixer.start("tcp")]);
});

after(async () => {
	await Promise.all([redis.stop(), mixer.mixer.stop()]);
});

/** What a test looks at of a connection's records. */
async function seen(client: RedisClient) {
	return (await mixer.recordsOf(client)).map((record) => ({
		event: record["connection.event"],
		decision: record["check.decision"],
		rule: record["check.rule"],
		received: [record["connection.received.bytes"], record["connection.received.bytes_total"]],
		sent: [record["connection.sent.bytes"], record["connection.sent.bytes_total"]],
	}));
}

async function setAndGet(client: RedisClient): Promise<void> {
	for (const { command, answer } of [SET, GET]) assert.equal(await client.ask(command, answer.length), answer);
}

describe("without TLS", () => {
	let envoy: TcpEnvoy;
	before(async () => {
		envoy = await TcpEnvoy.start({ upstreamPort: redis.port, mixerPort: mixer.mixer.mixerPort, filter: mixer.filter });
	});
	after(() => envoy.stop());

	test("an allowed client sets and gets, and its records hold every byte", async () => {
		const client = await RedisClient.connect({ port: envoy.port });
		await setAndGet(client);
		await client.end();
		const allowed = { decision: "allow", rule: "address" };
		assert.deepEqual(await seen(client), [
			{ event: "open", ...allowed, received: [0, 0], sent: [0, 0] },
			{ event: "close", ...allowed, received: [SENT_BYTES, SENT_BYTES], sent: [ANSWER_BYTES, ANSWER_BYTES] },
		]);
	});

	test("a client from another address is closed, and nothing of it reaches the Redis", async () => {
		const connections = await envoy.total("^cluster\\.redis-sealed\\.upstream_cx_total$");
		const client = await RedisClient.connect({ port: envoy.port, from: "127.0.0.2" });
		client.write("SET a 2\r\n");
		assert.equal(await client.closed(), "");
		assert.equal(await envoy.total("^cluster\\.redis-sealed\\.upstream_cx_total$"), connections);
		assert.deepEqual(
			(await seen(client)).map(({ event, decision, rule, sent }) => [event, decision, rule, sent]),
			[
				["open", "deny", "nobody", [0, 0]],
				["close", "deny", "nobody", [0, 0]],
			],
		);
	});

	test("a record says who was connected to what, and has nothing of a request", async () => {
		const client = await RedisClient.connect({ port: envoy.port });
		await setAndGet(client);
		await client.end();
		const record = (await mixer.recordsOf(client)).at(-1);
		assert.equal(record?.["context.protocol"], "tcp");
		assert.equal(record["source.ip"], "127.0.0.1");
		assert.equal(record["destination.port"], envoy.port);
		assert.equal(record["upstream.address"], `127.0.0.1:${redis.port}`);
		assert.equal(record["upstream.cluster"], "redis-sealed");
		assert.equal(record["check.policy"], "clients");
		assert.ok((record["connection.duration"] ?? 0) > 0);
		const ofRequests = Object.keys(record).filter((name) => /^(request|response|route|trace)\./.test(name));
		assert.deepEqual(ofRequests, ["response.flags"]);
	});
});

describe("with TLS", () => {
	const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const ca = pemOf("CERTIFICATE", certificateOf({ ...keys(authority), subject: "ca", issuer: "ca" }));
	let envoy: TcpEnvoy;

	before(async () => {
		const ports = { upstreamPort: redis.port, mixerPort: mixer.mixer.mixerPort };
		envoy = await TcpEnvoy.start({ ...ports, filter: mixer.filter, change: withTls });
	});
	after(() => envoy.stop());

	function keys({ publicKey }: { publicKey: typeof authority.publicKey }) {
		return { publicKey, issuerKey: authority.privateKey };
	}

	/** A certificate for a URI, and its key. */
	function identity(uri: string): { cert: string; key: string } {
		const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const names = [["uri", uri]] as const;
		const cert = pemOf("CERTIFICATE", certificateOf({ ...keys(pair), issuer: "ca", names }));
		return { cert, key: pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
	}

	function withTls(config: Document): void {
		const api = "type.googleapis.com/envoy.extensions";
		const { cert, key } = identity("spiffe://example.com/ns/shop/sa/redis");
		const inline = (text: string) => ({ inline_string: text });
		const context = {
			"@type": `${api}.transport_sockets.tls.v3.DownstreamTlsContext`,
			common_tls_context: {
				tls_certificates: [{ certificate_chain: inline(cert), private_key: inline(key) }],
				validation_context: { trusted_ca: inline(ca) },
			},
		};
		const inspector = { "@type": `${api}.filters.listener.tls_inspector.v3.TlsInspector` };
		const listener = CHAIN.slice(0, -2);
		const filters = [{ name: "envoy.filters.listener.tls_inspector", typed_config: inspector }];
		config.setIn([...listener, "listener_filters"], config.createNode(filters));
		const socket = { name: "envoy.transport_sockets.tls", typed_config: context };
		config.setIn([...CHAIN, "transport_socket"], config.createNode(socket));
	}

	const servername = "redis.example.com";

	test("a client with the right name to the right server sets and gets", async () => {
		const client = await RedisClient.connect({ port: envoy.port, tls: { ca, servername, ...identity(CART) } });
		await setAndGet(client);
		await client.end();
		const [open, close] = await mixer.recordsOf(client);
		assert.deepEqual([open?.["check.rule"], close?.["check.rule"]], ["principal", "principal"]);
		assert.equal(close?.["source.principal"], CART);
		assert.equal(close["connection.requested_server_name"], servername);
		assert.equal(close["connection.mtls"], true);
		assert.equal(close["connection.received.bytes_total"], SENT_BYTES);
		assert.equal(close["connection.sent.bytes_total"], ANSWER_BYTES);
	});

	for (const { who, tls } of [
		{ who: "of another name", tls: () => ({ servername, ...identity("spiffe://example.com/ns/shop/sa/other") }) },
		{ who: "to another server name", tls: () => ({ servername: "other.example.com", ...identity(CART) }) },
		{ who: "without a certificate", tls: () => ({ servername }) },
	]) {
		test(`a client ${who} is closed with its first bytes`, async () => {
			const connections = await envoy.total("^cluster\\.redis-sealed\\.upstream_cx_total$");
			const client = await RedisClient.connect({ port: envoy.port, from: "127.0.0.2", tls: { ca, ...tls() } });
			assert.equal(await client.ask("GET a", 1), "");
			assert.equal(await envoy.total("^cluster\\.redis-sealed\\.upstream_cx_total$"), connections);
			assert.deepEqual([...new Set((await seen(client)).map(({ rule }) => rule))], ["nobody"]);
		});
	}
});

describe("decided in the Mixer", () => {
	const envoys = new Map<string, TcpEnvoy>();
	before(async () => {
		const ports = { upstreamPort: redis.port, mixerPort: mixer.mixer.mixerPort };
		for (const workload of ["redis-asked", "redis-open"]) {
			const envoy = await TcpEnvoy.start({ ...ports, filter: mixer.filter, workload });
			envoys.set(workload, envoy);
			await envoy.seesMixers(1);
		}
	});
	after(() => Promise.all([...envoys.values()].map((envoy) => envoy.stop())));

	const portOf = (workload: string) => envoys.get(workload)?.port ?? 0;

	test("a connection waits for the answer, with what its client sends meanwhile", async () => {
		const client = await RedisClient.connect({ port: portOf("redis-asked") });
		await setAndGet(client);
		await client.end();
		const records = await seen(client);
		assert.deepEqual(
			records.map(({ event, rule }) => [event, rule]),
			[
				["open", "asked"],
				["close", "asked"],
			],
		);
		// What was held stands in the first of them or in the second.
		assert.equal(
			records.reduce((sum, { received }) => sum + (received[0] ?? 0), 0),
			SENT_BYTES,
		);
		assert.deepEqual(records.at(-1)?.sent[1], ANSWER_BYTES);
	});

	test("one that the Mixer denies is closed", async () => {
		const client = await RedisClient.connect({ port: portOf("redis-asked"), from: "127.0.0.2" });
		assert.equal(await client.closed(), "");
		assert.deepEqual(
			(await seen(client)).map(({ decision }) => decision),
			["deny", "deny"],
		);
	});

	test("while the Mixer is away its failureMode answers", async () => {
		await mixer.mixer.stop();
		for (const envoy of envoys.values()) await envoy.seesMixers(0);
		// An address that was never asked about: what is known of the others still holds.
		const refused = await RedisClient.connect({ port: portOf("redis-asked"), from: "127.0.0.3" });
		assert.equal(await refused.closed(), "");
		assert.equal(await envoys.get("redis-asked")?.total("sluice_tcp_decisions\\.outcome\\.unavailable"), 1);
		const passed = await RedisClient.connect({ port: portOf("redis-open"), from: "127.0.0.2" });
		await setAndGet(passed);
		await passed.end();
	});
});
