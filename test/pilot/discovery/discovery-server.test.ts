import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { waitUntil } from "../../../cli/up/wait-until.ts";
import { extensionConfig } from "../../../pilot/extension-config.ts";
import { TestDiscovery, type TestDiscoveryOptions } from "../../support/discovery.ts";
import { askHealth } from "../../support/grpc-health.ts";
import { scaled } from "../../support/scale.ts";
import { DiscoveryClient, methods } from "./discovery-client.ts";
import { SilentLine } from "./silent-line.ts";
import { SlowReader } from "./slow-reader.ts";

const node = { id: "proxy-7", cluster: "shop" };
const resourceNames = ["sluice.http"];
const resourceNamesSubscribe = resourceNames;
const ECDS = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";

/** More than flow control lets through to a client that does not read. */
const LARGE_BYTES = 1024 * 1024;

async function start(t: TestContext, options: TestDiscoveryOptions = {}) {
	const discovery = await TestDiscovery.start(options);
	t.after(() => discovery.stop());
	const connect = () => {
		const client = new DiscoveryClient(discovery.port);
		t.after(() => client.close());
		return client;
	};
	return { discovery, connect, client: connect() };
}

function resource(revision: string, sizeBytes = 10) {
	return extensionConfig({ module: new Uint8Array(sizeBytes), pluginConfig: "{}", revision });
}

function until(what: string, probe: () => Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: 5000, probe });
}

describe("a revision", () => {
	for (const [name, method, type] of [
		["ECDS", methods.sotwEcds, {}],
		["ADS", methods.sotwAds, { typeUrl: ECDS }],
	] as const) {
		test(`goes out by ${name}, state of the world, when it is asked for and when it is published`, async (t) => {
			const { discovery, client } = await start(t);
			discovery.publish("r1", resource("r1"));
			const stream = client.open(method);
			stream.ask({ ...type, node, resourceNames });
			const first = await stream.next();
			assert.deepEqual([first.versionInfo, first.typeUrl, first.resources.length], ["r1", ECDS, 1]);
			stream.ask({ ...type, resourceNames, versionInfo: "r1", responseNonce: first.nonce });
			await discovery.accepted("r1");
			discovery.publish("r2", resource("r2"));
			assert.equal((await stream.next()).versionInfo, "r2");
			assert.deepEqual(discovery.acks, [{ proxy: "proxy-7", revision: "r1" }]);
		});
	}

	for (const [name, method, type] of [
		["ECDS", methods.deltaEcds, {}],
		["ADS", methods.deltaAds, { typeUrl: ECDS }],
	] as const) {
		test(`goes out by ${name}, delta, when it is asked for and when it is published`, async (t) => {
			const { discovery, client } = await start(t);
			const stream = client.open(method);
			stream.ask({ ...type, node, resourceNamesSubscribe });
			discovery.publish("r1", resource("r1"));
			const first = await stream.next();
			assert.deepEqual([first.resources[0]?.version, first.typeUrl], ["r1", ECDS]);
			stream.ask({ ...type, responseNonce: first.nonce });
			await discovery.accepted("r1");
			discovery.publish("r2", resource("r2"));
			assert.equal((await stream.next()).resources[0]?.version, "r2");
		});
	}

	test("goes out with its order, and is reported without", async (t) => {
		const { discovery, client } = await start(t);
		discovery.publish("r1", resource("r1"), 1000);
		const [sotw, delta] = [client.open(methods.sotwEcds), client.open(methods.deltaEcds)];
		sotw.ask({ node, resourceNames });
		delta.ask({ node, resourceNamesSubscribe });
		assert.equal((await sotw.next()).versionInfo, "1000-r1");
		const { resources, nonce } = await delta.next();
		assert.equal(resources[0]?.version, "1000-r1");
		delta.ask({ responseNonce: nonce });
		await discovery.accepted("r1");
		const back = client.open(methods.deltaEcds);
		back.ask({ node, resourceNamesSubscribe, initialResourceVersions: { "sluice.http": "1000-r1" } });
		await discovery.accepted("r1", 2);
		assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 2);
	});

	test("is reported with its refusal", async (t) => {
		const { discovery, client } = await start(t);
		discovery.publish("r1", resource("r1"));
		const stream = client.open(methods.sotwEcds);
		stream.ask({ node, resourceNames });
		const { nonce } = await stream.next();
		stream.ask({ resourceNames, responseNonce: nonce, errorDetail: { code: 13, message: "no such module" } });
		await discovery.refused("r1");
		assert.deepEqual(discovery.nacks, [{ proxy: "proxy-7", revision: "r1", detail: "no such module" }]);
	});

	test("that is too large is refused, and the one before goes on", async (t) => {
		const { discovery, client } = await start(t);
		discovery.publish("r1", resource("r1"));
		const sizeBytes = 64 * 1024 * 1024;
		assert.throws(() => discovery.publish("r2", resource("r2", sizeBytes)), {
			name: "PilotError",
			code: "invalid",
			message: /^revision r2: sluice\.http: \d+ bytes must be at most 67108864: place Policies in the Mixer$/,
		});
		const stream = client.open(methods.sotwEcds);
		stream.ask({ node, resourceNames });
		assert.equal((await stream.next()).versionInfo, "r1");
	});

	test("is not sent to a proxy that may not have it, and taken from one that may no longer", async (t) => {
		const allowed = new Set(["proxy-7"]);
		const authorize: TestDiscoveryOptions["authorize"] = (peer, { id }) => peer.address !== "" && allowed.has(id);
		const { discovery, client } = await start(t, { authorize });
		discovery.publish("r1", resource("r1"));
		const [denied, revoked] = [client.open(methods.deltaEcds), client.open(methods.deltaEcds)];
		denied.ask({ node: { id: "proxy-8" }, resourceNamesSubscribe });
		revoked.ask({ node, resourceNamesSubscribe });
		const { nonce } = await revoked.next();
		revoked.ask({ responseNonce: nonce });
		await discovery.accepted("r1");
		allowed.clear();
		discovery.publish("r2", resource("r2"));
		assert.deepEqual((await revoked.next()).removedResources, ["sluice.http"]);
		assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 1);
		assert.deepEqual(
			discovery.denials,
			["proxy-8", "proxy-7"].map((proxy) => ({ proxy, name: "sluice.http" })),
		);
	});
});

test("types that are not served are answered with nothing, on a stream that stays", async (t) => {
	const { discovery, client } = await start(t);
	discovery.publish("r1", resource("r1"));
	const sotw = client.open(methods.sotwAds);
	sotw.ask({ node, typeUrl: LISTENER });
	const listeners = await sotw.next();
	assert.deepEqual([listeners.typeUrl, listeners.resources], [LISTENER, []]);
	sotw.ask({ typeUrl: ECDS, resourceNames });
	assert.equal((await sotw.next()).versionInfo, "r1");
	const delta = client.open(methods.deltaAds);
	delta.ask({ node, typeUrl: LISTENER, resourceNamesSubscribe: ["a"] });
	assert.deepEqual((await delta.next()).removedResources, ["a"]);
	delta.ask({ typeUrl: ECDS, resourceNamesSubscribe });
	assert.equal((await delta.next()).resources[0]?.version, "r1");
});

test("a proxy that reads slowly gets one response at a time and keeps nobody waiting", async (t) => {
	const { discovery, client } = await start(t);
	const slow = new SlowReader(discovery.port);
	t.after(() => slow.close());
	const quick = client.open(methods.sotwEcds);
	slow.ask({ node, resourceNames });
	quick.ask({ node, resourceNames });
	for (const revision of ["r1", "r2", "r3", "r4"]) {
		discovery.publish(revision, resource(revision, LARGE_BYTES));
		const { versionInfo, nonce } = await quick.next();
		assert.equal(versionInfo, revision);
		quick.ask({ resourceNames, versionInfo, responseNonce: nonce });
		await discovery.accepted(revision);
	}
	// An answer before the response has gone out makes no room for another.
	slow.ask({ resourceNames, responseNonce: "1" });
	await discovery.accepted("r1", 2);
	assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 4 + 1);
	assert.deepEqual(await slow.read(2), ["r1", "r4"]);
	assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 4 + 2);
});

describe("a stream", () => {
	test("ends with a status for what can't be served, and is counted no longer", async (t) => {
		const { discovery, client } = await start(t);
		const [bad, large] = [client.open(methods.sotwAds), client.open(methods.sotwAds)];
		bad.ask({ node, resourceNames });
		assert.deepEqual(await bad.ended, {
			code: status.INVALID_ARGUMENT,
			details: "type_url: is missing: ADS has no type of its own",
		});
		large.send(new Uint8Array(4 * 1024 * 1024 + 1));
		assert.equal((await large.ended).code, status.RESOURCE_EXHAUSTED);
		await until("the end of both", async () => (await discovery.metric("sluice_discovery_streams")) === 0);
		assert.deepEqual(discovery.failures, [
			{ proxy: "proxy-7", message: "type_url: is missing: ADS has no type of its own" },
		]);
		assert.equal(await discovery.metric("sluice_discovery_streams_failed_total"), 1);
	});

	test("ends when its proxy asks no more, or goes", async (t) => {
		const { discovery, client } = await start(t);
		const [finished, cancelled] = [client.open(methods.sotwEcds), client.open(methods.deltaEcds)];
		finished.ask({ node, resourceNames });
		cancelled.ask({ node, resourceNamesSubscribe });
		await until("both", async () => (await discovery.metric("sluice_discovery_streams")) === 2);
		finished.finish();
		assert.equal((await finished.ended).code, status.OK);
		cancelled.cancel();
		await until("the end of both", async () => (await discovery.metric("sluice_discovery_streams")) === 0);
		discovery.publish("r1", resource("r1"));
		assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 0);
	});

	test("ends with its connection, whose age is bounded, and its proxy comes back", async (t) => {
		const { discovery, connect } = await start(t, { connectionAge: { maxMs: 50, graceMs: 50 } });
		discovery.publish("r1", resource("r1"));
		const old = connect();
		const stream = old.open(methods.deltaEcds);
		stream.ask({ node, resourceNamesSubscribe });
		await stream.next();
		assert.equal((await stream.ended).code, status.UNAVAILABLE);
		const again = old.open(methods.deltaEcds);
		again.ask({ node, resourceNamesSubscribe });
		assert.equal((await again.next()).resources.length, 1);
	});

	const campaign = scaled({ quick: 0, full: 1 }) === 1;
	test("ends when its proxy is gone without a word", { skip: !campaign && "only in the campaign: 40 s" }, async (t) => {
		const { discovery } = await start(t);
		const line = await SilentLine.open(discovery.port);
		t.after(() => line.close());
		const client = new DiscoveryClient(line.port);
		t.after(() => client.close());
		client.open(methods.deltaEcds).ask({ node, resourceNamesSubscribe });
		const streams = () => discovery.metric("sluice_discovery_streams");
		await until("the stream", async () => (await streams()) === 1);
		line.fallSilent();
		const probe = async () => (await streams()) === 0;
		await waitUntil({ what: "the end of the stream", timeoutMs: 60_000, probe });
	});

	test("too many is refused until another has ended, and those before go on", async (t) => {
		const { discovery, client, connect } = await start(t);
		const others = Array.from({ length: 10 }, () => connect());
		const streams = others.flatMap((other) => Array.from({ length: 100 }, () => other.open(methods.deltaEcds)));
		for (const stream of streams) stream.ask({ node, resourceNamesSubscribe });
		await until("all of them", async () => (await discovery.metric("sluice_discovery_streams")) === 1000);
		const openOneMore = () => {
			const stream = client.open(methods.deltaEcds);
			stream.ask({ node, resourceNamesSubscribe });
			return stream;
		};
		const refusal = { code: status.RESOURCE_EXHAUSTED, details: "there are 1000 streams already" };
		assert.deepEqual(await openOneMore().ended, refusal);
		streams.pop()?.cancel();
		await until("the end of one", async () => (await discovery.metric("sluice_discovery_streams")) === 999);
		streams.push(openOneMore());
		discovery.publish("r1", resource("r1"));
		await Promise.all(streams.map((stream) => stream.next()));
	});
});

describe("the server", () => {
	for (const service of [
		"",
		"envoy.service.extension.v3.ExtensionConfigDiscoveryService",
		"envoy.service.discovery.v3.AggregatedDiscoveryService",
	]) {
		test(`says that ${service === "" ? "it" : service} serves once there is a revision`, async (t) => {
			const { discovery, client } = await start(t);
			assert.equal(await askHealth(client.grpc, service), '{"status":"NOT_SERVING"}');
			discovery.publish("r1", resource("r1"));
			assert.equal(await askHealth(client.grpc, service), '{"status":"SERVING"}');
		});
	}

	test("says that its port is in use", async (t) => {
		const busy = createServer();
		await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
		t.after(() => busy.close());
		const address = busy.address();
		assert.ok(typeof address === "object" && address !== null);
		await assert.rejects(TestDiscovery.start({ port: address.port }), {
			name: "PilotError",
			code: "unavailable",
			message: `discovery: cannot listen on 127.0.0.1:${address.port}: the port is in use`,
		});
	});

	test("ends its streams and its port when it is stopped, whoever reads", async () => {
		const discovery = await TestDiscovery.start();
		const client = new DiscoveryClient(discovery.port);
		const reading = client.open(methods.sotwEcds);
		const slow = new SlowReader(discovery.port);
		for (const stream of [reading, slow]) stream.ask({ node, resourceNames });
		discovery.publish("r1", resource("r1", LARGE_BYTES));
		await reading.next();
		await until("the push to both", async () => (await discovery.metric("sluice_discovery_pushes_total")) === 2);
		await discovery.stop();
		assert.deepEqual(await reading.ended, { code: status.UNAVAILABLE, details: "stopping" });
		client.close();
		slow.close();
		const again = await TestDiscovery.start({ port: discovery.port });
		await again.stop();
	});
});
