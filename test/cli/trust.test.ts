import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type ChannelCredentials, credentials, status } from "@grpc/grpc-js";
import { Registry } from "prom-client";
import { startTrust } from "../../cli/trust.ts";
import type { TlsSettings } from "../../galley/snapshot.ts";
import {
	AllocateRequestSchema,
	CheckRequestSchema,
	CheckResponseSchema,
	QuotaAnswer_Status,
	QuotaItem_Kind,
} from "../../mixer/api/generated/mixer_pb.js";
import { systemClock } from "../../mixer/observe/clock.ts";
import { quotaMetrics } from "../../mixer/observe/quota-metrics.ts";
import { allocateService } from "../../mixer/quota/allocate.ts";
import { encodeKey } from "../../mixer/quota/key.ts";
import { MemoryQuotaStore } from "../../mixer/quota/memory-store.ts";
import { quotaBook } from "../../mixer/quota/quota-book.ts";
import { extensionConfig } from "../../pilot/extension-config.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { KeptLog, runMixer } from "../mixer/server/running-mixer.ts";
import { DiscoveryClient, methods } from "../pilot/discovery/discovery-client.ts";
import { TestDiscovery } from "../support/discovery.ts";
import { KeyFolder, SERVER_NAME, TestAuthority } from "../support/key-folder.ts";

const DAY = 86_400_000;
const GATEWAY = "spiffe://cluster.local/ns/edge/sa/gateway";
const NODE = "edge/gateway";
const OPTIONS = {
	"grpc.ssl_target_name_override": SERVER_NAME,
	"grpc.use_local_subchannel_pool": 1,
};
const resourceNamesSubscribe = ["sluice.http"];

/** Mixer and discovery server as spec.tls says, and who may try them. */
async function start(t: TestContext, options: { proxies?: TlsSettings["proxies"]; now?: () => number } = {}) {
	const { proxies, now = systemClock.now } = options;
	const authority = await TestAuthority.create();
	const folder = await KeyFolder.create({ leaf: await authority.server(), authorities: [authority] });
	const { certificate, key, clientAuthorities } = folder;
	const log = new KeptLog();
	const tls = { certificate, key, clientAuthorities, ...(proxies && { proxies }) };
	const trust = await startTrust({ tls, clock: { ...systemClock, now }, logger: log });
	t.after(() => trust.stop());
	const { credentials: secured, recognise, admit, authorize } = trust;
	const check = async () => create(CheckResponseSchema, { revision: "ab" });
	const allocate = quotas();
	const { mixer } = await runMixer(t, { check, allocate, options: { credentials: secured, recognise } });
	const discovery = await TestDiscovery.start({ credentials: secured, admit, authorize });
	t.after(() => discovery.stop());
	discovery.publish("r1", resource("r1"));
	const client = (channel: ChannelCredentials) => {
		const made = new MixerClient(mixer.mixerPort, OPTIONS, channel);
		t.after(() => made.close());
		return made;
	};
	const stream = (channel: ChannelCredentials, id = NODE) => {
		const made = new DiscoveryClient(discovery.port, { credentials: channel, options: OPTIONS });
		t.after(() => made.close());
		const opened = made.open(methods.deltaEcds);
		opened.ask({ node: { id }, resourceNamesSubscribe });
		return opened;
	};
	return { authority, log, trust, discovery, client, stream };
}

/** Two quotas of ten a minute, in memory. */
function quotas() {
	const counting = {
		limit: 10,
		windowMs: 60_000,
		algorithm: "fixed",
		overrides: [],
		charge: { at: "request" },
	} as const;
	const more = { failureMode: "deny", store: "memory", mode: "enforce", file: "a.yaml", line: 1 } as const;
	const book = quotaBook(["reads", "writes"].map((name) => ({ name, ...counting, ...more })));
	const stores = new Map([["memory", new MemoryQuotaStore({ clock: systemClock })]]);
	const observer = quotaMetrics(new Registry());
	return allocateService({ quotas: () => book, stores, revision: () => "ab", observer, now: () => 0 });
}

function resource(revision: string) {
	return extensionConfig({ module: new Uint8Array(8), pluginConfig: "{}", revision });
}

function question(proxy = NODE) {
	return create(CheckRequestSchema, { origin: { proxy, vm: 1 }, revision: "ab", entrypoints: ["a/b"] });
}

function batch(proxy = NODE) {
	return reportBatch([], { proxy });
}

describe("a client that may not connect", () => {
	const clients: readonly {
		who: string;
		channel: (authority: TestAuthority) => Promise<ChannelCredentials> | ChannelCredentials;
	}[] = [
		{ who: "without TLS", channel: () => credentials.createInsecure() },
		{ who: "without a certificate", channel: (authority) => authority.channel() },
		{
			who: "with a certificate of another authority of the same name",
			channel: async (authority) => authority.channel(await (await TestAuthority.create()).issue()),
		},
		{
			who: "with a certificate that it has signed itself",
			channel: async (authority) => authority.channel((await TestAuthority.create("self")).root),
		},
		{
			who: "with an expired certificate",
			channel: async (authority) => authority.channel(await authority.issue({ madeMs: Date.now() - 100 * DAY })),
		},
	];
	for (const { who, channel } of clients) {
		test(who, async (t) => {
			const { authority, client, stream, discovery } = await start(t);
			const chosen = await channel(authority);
			await assert.rejects(client(chosen).check(question()), { code: status.UNAVAILABLE });
			await assert.rejects(client(chosen).report(batch()), { code: status.UNAVAILABLE });
			assert.equal((await stream(chosen).ended).code, status.UNAVAILABLE);
			assert.equal(await discovery.metric("sluice_discovery_pushes_total"), 0);
		});
	}
});

describe("a proxy with a certificate", () => {
	test("may use all, as itself", async (t) => {
		const { authority, client, stream, log } = await start(t);
		const channel = authority.channel(await authority.issue());
		assert.equal((await client(channel).check(question("edge/gateway/2"))).revision, "ab");
		assert.equal((await client(channel).report(batch())).acknowledgedSequence, 1n);
		assert.equal((await stream(channel).next()).resources.length, 1);
		assert.deepEqual(log.lines, []);
	});

	test("may not speak for another", async (t) => {
		const { authority, client, stream, discovery, log } = await start(t);
		const channel = authority.channel(await authority.issue());
		const details = `${GATEWAY} may not call itself "edge/other": its node.id must be edge/gateway or edge/gateway/…`;
		const refusal = { code: status.PERMISSION_DENIED, details };
		const one = client(channel);
		await assert.rejects(one.check(question("edge/other")), refusal);
		await assert.rejects(one.report(batch("edge/other")), refusal);
		assert.deepEqual(await stream(channel, "edge/other").ended, refusal);
		assert.deepEqual(discovery.failures, [{ proxy: undefined, message: details }]);
		assert.equal((await one.report(batch())).acknowledgedSequence, 1n, "on the same connection, as itself");
		assert.deepEqual(
			log.lines,
			[{ level: "warn", fields: { refused: details }, message: "a proxy is refused" }],
			"said once for the connection",
		);
	});

	test("that names nobody may use nothing", async (t) => {
		const { authority, client, stream } = await start(t, { proxies: [{ identity: "x", may: ["check"] }] });
		const channel = authority.channel(await authority.issue({ spiffeId: "https://example.com/" }));
		const details = "the client's certificate names no proxy: it needs a SPIFFE ID or a DNS name";
		await assert.rejects(client(channel).check(question()), { code: status.PERMISSION_DENIED, details });
		assert.deepEqual(await stream(channel).ended, { code: status.PERMISSION_DENIED, details });
	});

	test("may use nothing once it has expired, on a connection that is older", async (t) => {
		let nowMs = Date.now();
		const { authority, client } = await start(t, { now: () => nowMs });
		const leaf = await authority.issue();
		const one = client(authority.channel(leaf));
		await one.check(question());
		nowMs = leaf.notAfterMs + 1;
		const expired = new Date(leaf.notAfterMs).toISOString();
		const details = `the certificate of ${GATEWAY} expired at ${expired}`;
		await assert.rejects(one.check(question()), { code: status.PERMISSION_DENIED, details });
	});
});

describe("a list of proxies", () => {
	const unlisted = "spiffe://cluster.local/ns/edge/sa/other is not listed in spec.tls.proxies";
	const other = { spiffeId: "spiffe://cluster.local/ns/edge/sa/other" };

	test("refuses a certificate of the authority that is not on it", async (t) => {
		const { authority, client, stream } = await start(t, {
			proxies: [{ identity: GATEWAY, may: ["check", "report", "discover"] }],
		});
		const listed = authority.channel(await authority.issue());
		await client(listed).check(question());
		const channel = authority.channel(await authority.issue(other));
		const refusal = { code: status.PERMISSION_DENIED, details: unlisted };
		await assert.rejects(client(channel).check(question("edge/other")), refusal);
		await assert.rejects(client(channel).report(batch("edge/other")), refusal);
		assert.deepEqual(await stream(channel, "edge/other").ended, refusal);
		const anonymous = create(CheckRequestSchema, { revision: "ab", entrypoints: ["a/b"] });
		await assert.rejects(client(channel).check(anonymous), refusal, "whoever it says it is");
		await assert.rejects(client(channel).reportBytes(Buffer.from("no message")), refusal, "before it is decoded");
	});

	test("says what each may use", async (t) => {
		const { authority, client, stream } = await start(t, { proxies: [{ identity: GATEWAY, may: ["report"] }] });
		const channel = authority.channel(await authority.issue());
		await client(channel).report(batch());
		const refusal = (use: string) => {
			return { code: status.PERMISSION_DENIED, details: `${GATEWAY} may not ${use}: spec.tls.proxies does not say so` };
		};
		await assert.rejects(client(channel).check(question()), refusal("check"));
		assert.deepEqual(await stream(channel).ended, refusal("discover"));
	});

	test("says which quotas each may draw on, by its certificate and not by what it calls itself", async (t) => {
		const nodes = [NODE];
		const proxies = [
			{ identity: GATEWAY, nodes, may: ["check" as const], quotas: ["reads"] },
			{ identity: "spiffe://cluster.local/ns/edge/sa/other", nodes, may: ["check" as const] },
		];
		const { authority, client, trust, log } = await start(t, { proxies });
		const channels = [await authority.issue(), await authority.issue(other)].map((leaf) => authority.channel(leaf));
		const [gateway, another] = channels.map(client);
		let id = 0;
		const draw = async (by: MixerClient | undefined) => {
			const key = encodeKey(["alice"]);
			const items = ["reads", "writes"].map((quota) => ({ kind: QuotaItem_Kind.CHARGE, quota, key, amount: 1n }));
			const request = create(AllocateRequestSchema, { origin: { proxy: NODE }, dedupId: `${++id}`, items });
			return (await by?.allocate(request))?.answers.map((answer) => QuotaAnswer_Status[answer.status]);
		};
		assert.deepEqual(await draw(gateway), ["OK", "FORBIDDEN"]);
		assert.deepEqual(await draw(another), ["OK", "OK"]);
		const refused = `${GATEWAY} may not draw on the quota writes: spec.tls.proxies[].quotas does not name it`;
		assert.deepEqual(log.lines, [{ level: "warn", fields: { refused }, message: "a proxy is refused" }]);
		trust.change([{ identity: GATEWAY, nodes, may: ["check"], quotas: ["reads", "writes"] }]);
		assert.deepEqual(await draw(gateway), ["OK", "OK"], "on the same connection");
		await assert.rejects(draw(another), { code: status.PERMISSION_DENIED, details: unlisted });
		trust.change([{ identity: GATEWAY, nodes, may: ["report"], quotas: ["reads"] }]);
		const details = `${GATEWAY} may not check: spec.tls.proxies does not say so`;
		await assert.rejects(draw(gateway), { code: status.PERMISSION_DENIED, details });
	});

	test("may change while it serves: who is not on it any more is told that there is nothing, and refused", async (t) => {
		const { authority, client, stream, discovery, trust } = await start(t);
		const channel = authority.channel(await authority.issue(other));
		const [one, open] = [client(channel), stream(channel, "edge/other")];
		await one.check(question("edge/other"));
		const { nonce } = await open.next();
		open.ask({ responseNonce: nonce });
		await discovery.accepted("r1");
		trust.change([{ identity: GATEWAY, may: ["check"] }]);
		discovery.reconsider();
		const told = await open.next();
		assert.deepEqual([told.resources, told.removedResources], [[], ["sluice.http"]]);
		await assert.rejects(one.check(question("edge/other")), { code: status.PERMISSION_DENIED, details: unlisted });
	});
});
