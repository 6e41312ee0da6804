import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { ServerCredentials, status } from "@grpc/grpc-js";
import { freePorts } from "../../../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../../../cli/up/wait-until.ts";
import type { Batch, Handler } from "../../../../mixer/adapters/adapter.ts";
import { grpc } from "../../../../mixer/adapters/grpc/grpc.ts";
import type { MetricDefinition } from "../../../../mixer/adapters/signals.ts";
import { ItemResult_Status, Signal } from "../../../../mixer/api/generated/adapter_pb.js";
import { TestAuthority } from "../../../support/key-folder.ts";
import { ScriptedAdapter } from "../../../support/scripted-adapter.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { KeptLog } from "../../server/running-mixer.ts";
import { adapterEnv } from "../adapter-env.ts";

async function start(t: TestContext, options: Parameters<typeof ScriptedAdapter.start>[0] = {}) {
	const remote = await ScriptedAdapter.start(options);
	t.after(() => remote.stop());
	return remote;
}

/** A handler; what it logs; and what aborts it. */
async function open(t: TestContext, config: object, environment: Record<string, string> = {}) {
	const logger = new KeptLog();
	const abort = new AbortController();
	const handler = await grpc.build(config, { ...adapterEnv(), logger, environment, signal: abort.signal });
	t.after(() => {
		abort.abort();
		return handler.close().catch(() => undefined);
	});
	return { handler, logger, abort };
}

async function connected(t: TestContext, config: object = {}): Promise<{ remote: ScriptedAdapter; handler: Handler }> {
	const remote = await start(t);
	return { remote, ...(await open(t, { endpoint: remote.endpoint, ...config })) };
}

function records(...ids: string[]): Batch {
	return { signal: "record", items: ids.map((id) => ({ "request.id": id })) };
}

const { DELIVERED, RETRY, REJECTED } = ItemResult_Status;

describe("grpc: the configuration", () => {
	const refused: readonly (readonly [config: object, message: string])[] = [
		[
			{ endpoint: "http://collector:4400" },
			"config.endpoint: http://collector:4400 is not on this machine: write https://, or plaintext: true to go without",
		],
		[
			{ endpoint: "http://127.0.0.1:1", tls: { authorities: "ca.pem" } },
			"config.tls: http://127.0.0.1:1 has no TLS: write https:// or leave tls out",
		],
		[
			{ endpoint: "https://a:1", tls: { authorities: "/none/ca.pem" } },
			"config.tls.authorities: /none/ca.pem cannot be read: ENOENT: no such file or directory, open '/none/ca.pem'",
		],
		[{ endpoint: "http://127.0.0.1:1", deadline: "50ms" }, "config.deadline: 50ms must be at least 100ms"],
		[{ endpoint: "http://127.0.0.1:1", deadline: "6m" }, "config.deadline: 6m must be at most 5m"],
		[
			{ endpoint: "http://127.0.0.1:1", headers: { "key-bin": { env: "KEY" } } },
			"config.headers.key-bin: no name for gRPC's metadata: letters, digits, _ . and -, no grpc- and -bin",
		],
		[
			{ endpoint: "http://127.0.0.1:1", headers: { key: { env: "NONE" } } },
			"config.headers.key.env: there is no environment variable NONE",
		],
	];
	for (const [config, message] of refused) {
		test(`refuses ${JSON.stringify(config)}`, async () => {
			const env = { ...adapterEnv(), environment: { KEY: "secret" } };
			await assert.rejects(async () => grpc.build(config, env), { name: "MixerError", code: "invalid", message });
		});
	}

	test("is asked about at the adapter, which names every fault", async (t) => {
		const remote = await start(t);
		remote.validation = {
			faults: [
				{ field: "file", text: "is missing: name the file to write" },
				{ field: "", text: "nothing\u001b[31m else" },
			],
		};
		const config = { endpoint: remote.endpoint, settings: { tables: [{ name: "a" }] }, attributes: ["response.code"] };
		await assert.rejects(open(t, config), {
			code: "invalid",
			message: "config.settings.file: is missing: name the file to write; config.settings: nothing\\u{1b}[31m else",
		});
		const [asked] = remote.validated;
		assert.deepEqual(
			[asked?.configuration?.handler, asked?.configuration?.settings],
			["h", { tables: [{ name: "a" }] }],
		);
		assert.deepEqual(
			asked?.configuration?.attributes.map(({ name, type }) => [name, type]),
			[["response.code", "int64"]],
		);
	});

	test("is accepted while the adapter is away, and that is said", async (t) => {
		const [port = 0] = await freePorts(1);
		const { logger } = await open(t, { endpoint: `http://127.0.0.1:${port}` });
		assert.deepEqual(
			logger.lines.map(({ level, message }) => [level, message]),
			[["warn", "the adapter cannot be asked now"]],
		);
	});

	test("is refused where something else listens, or an adapter that takes nothing", async (t) => {
		const other = await start(t, { serves: false });
		await assert.rejects(open(t, { endpoint: other.endpoint }), (error: Error) => {
			return error.message.startsWith(
				`config.endpoint: ${other.endpoint} is no adapter for this Mixer: Validate: UNIMPLEMENTED`,
			);
		});
		const remote = await start(t);
		remote.validation = { adapter: "idle", signals: [] };
		await assert.rejects(open(t, { endpoint: remote.endpoint }), {
			message: `config.endpoint: ${remote.endpoint}: the adapter idle takes no signal`,
		});
	});
});

describe("grpc: what is sent", () => {
	test("records with typed values, those attributes that were asked for", async (t) => {
		const { remote, handler } = await connected(t, {
			attributes: [
				...["request.id", "response.code", "request.time", "response.duration", "source.ip", "request.headers"],
				...["request.path_segments", "request.header_values", "check.shadow"],
			],
		});
		const record = {
			"request.id": "a\ud800",
			"request.method": "GET",
			"response.code": 200,
			"request.time": -1n,
			"response.duration": -1_500_000_000,
			"source.ip": "192.0.2.1",
			"request.headers": new Map([["__proto__", "x"]]),
			"request.path_segments": ["books"],
			"request.header_values": new Map([["a", ["1", "2"]]]),
		};
		assert.deepEqual(await handler.handle({ signal: "record", items: [record] }), ["delivered"]);
		const batch = remote.handled[0]?.batch;
		assert.ok(batch?.case === "records");
		const attributes = batch.value.records[0]?.attributes ?? {};
		const of = (name: string) => attributes[name]?.kind;
		assert.deepEqual(
			Object.keys(attributes).sort(),
			Object.keys(record)
				.filter((name) => name !== "request.method")
				.sort(),
		);
		assert.deepEqual(of("request.id"), { case: "stringValue", value: "a\ufffd" });
		assert.deepEqual(of("response.code"), { case: "intValue", value: 200n });
		const time = of("request.time");
		assert.deepEqual(time?.case === "timestampValue" && [time.value.seconds, time.value.nanos], [-1n, 999_999_999]);
		const took = of("response.duration");
		assert.deepEqual(took?.case === "durationValue" && [took.value.seconds, took.value.nanos], [-1n, -500_000_000]);
		assert.deepEqual(of("source.ip"), { case: "ipValue", value: "192.0.2.1" });
		const headers = of("request.headers");
		assert.deepEqual(headers?.case === "stringMapValue" && Object.entries(headers.value.entries), [["__proto__", "x"]]);
		const segments = of("request.path_segments");
		assert.deepEqual(segments?.case === "listValue" && segments.value.values.map(({ kind }) => kind.value), ["books"]);
		assert.equal(of("request.header_values")?.case, "mapValue");
	});

	test("metrics with their definitions, each once, and logs with their fields in order", async (t) => {
		const { remote, handler } = await connected(t);
		const definition = { help: "h", labels: ["a"], buckets: [], maxSeries: 7 };
		const counted: MetricDefinition = { ...definition, name: "counted", type: "counter" };
		const took: MetricDefinition = { ...definition, name: "took", type: "distribution", buckets: [1, 10] };
		await handler.handle({
			signal: "metric",
			items: [counted, took, counted].map((of, i) => ({ definition: of, labels: [`l${i}`], value: i + 0.5 })),
		});
		const metrics = remote.handled[0]?.batch;
		assert.ok(metrics?.case === "metrics");
		assert.deepEqual(
			metrics.value.definitions.map(({ name, type, buckets, maxSeries }) => [name, type, buckets, maxSeries]),
			[
				["counted", 1, [], 7],
				["took", 3, [1, 10], 7],
			],
		);
		assert.deepEqual(
			metrics.value.instances.map(({ definition: of, labels, value }) => [of, labels, value]),
			[
				[0, ["l0"], 0.5],
				[1, ["l1"], 1.5],
				[0, ["l2"], 2.5],
			],
		);
		await handler.handle({
			signal: "log",
			items: [
				{
					name: "slow",
					severity: "warning",
					timeNs: 1_000_000_001n,
					fields: [
						["b", 0.5],
						["a", true],
					],
				},
			],
		});
		const logs = remote.handled[1]?.batch;
		assert.ok(logs?.case === "logs");
		const [entry] = logs.value.entries;
		assert.deepEqual([entry?.name, entry?.severity, entry?.time?.seconds, entry?.time?.nanos], ["slow", 3, 1n, 1]);
		assert.deepEqual(
			entry?.fields.map(({ name, value }) => [name, value?.kind.case, value?.kind.value]),
			[
				["b", "doubleValue", 0.5],
				["a", "boolValue", true],
			],
		);
	});

	test("a large batch in several messages; what is answered is not sent again, and what fits no message is refused", async (t) => {
		const { remote, handler } = await connected(t, { attributes: ["request.id"] });
		const large = "x".repeat(900_000);
		const batch = records(`${large}0`, `${large}1`, `${large}2`, "x".repeat(3_000_000));
		remote.answers.push({ results: [{ status: DELIVERED }, { status: RETRY }] }, { fails: status.UNAVAILABLE });
		await assert.rejects(async () => handler.handle(batch));
		assert.deepEqual(await handler.handle(batch), ["delivered", "retry", "delivered", { rejected: "too_large" }]);
		const sent = remote.handled.map(({ sequence, batch: of }) => {
			return [sequence, of.case === "records" ? of.value.records.length : 0];
		});
		assert.deepEqual(sent, [
			[1n, 2],
			[2n, 1],
			[2n, 1],
		]);
	});

	test("what there is to a socket of this machine", async (t) => {
		const endpoint = `unix:${join(await temporaryFolder("sluice-grpc-"), "adapter.sock")}`;
		const remote = await start(t, { address: endpoint });
		const { handler } = await open(t, { endpoint });
		assert.deepEqual(await handler.handle(records("a")), ["delivered"]);
		assert.equal(remote.handled.length, 1);
	});

	test("headers, over TLS with a certificate of its own", async (t) => {
		const authority = await TestAuthority.create();
		const server = await authority.issue({ dnsNames: ["localhost"] });
		const client = await authority.issue();
		const root = Buffer.from(authority.root.certificate);
		const pair = { cert_chain: Buffer.from(server.certificate), private_key: Buffer.from(server.key) };
		const remote = await start(t, { credentials: ServerCredentials.createSsl(root, [pair], true) });
		const folder = await temporaryFolder("sluice-grpc-");
		const files = { authorities: join(folder, "ca"), certificate: join(folder, "crt"), key: join(folder, "key") };
		await writeFile(files.authorities, authority.root.certificate);
		await writeFile(files.certificate, client.certificate);
		await writeFile(files.key, client.key);
		const config = {
			endpoint: `https://localhost:${remote.port}`,
			headers: { Authorization: { env: "TOKEN" } },
			tls: files,
		};
		const { handler, logger } = await open(t, config, { TOKEN: "Bearer secret" });
		assert.deepEqual(await handler.handle(records("a")), ["delivered"]);
		assert.deepEqual(remote.metadata?.get("authorization"), ["Bearer secret"]);
		assert.ok(!JSON.stringify(logger.lines).includes("secret"));
		const { certificate: _, key: __, ...anonymous } = files;
		const { handler: stranger } = await open(t, { ...config, tls: anonymous, deadline: "100ms" }, { TOKEN: "t" });
		await assert.rejects(async () => stranger.handle(records("a")));
	});
});

describe("grpc: what is answered", () => {
	for (const [what, results, expected] of [
		["one result", [{ status: DELIVERED }], ["delivered", "delivered"]],
		[
			"a result for each item",
			[{ status: REJECTED, reason: "bad_row" }, { status: RETRY }],
			[{ rejected: "bad_row" }, "retry"],
		],
		[
			"a reason that is no label",
			[{ status: REJECTED, reason: "a b" }],
			[{ rejected: "unnamed" }, { rejected: "unnamed" }],
		],
		["no status", [{}], [{ rejected: "bad_answer" }, { rejected: "bad_answer" }]],
		["no result", [], [{ rejected: "bad_answer" }, { rejected: "bad_answer" }]],
	] as const) {
		test(`${what} for two items`, async (t) => {
			const { remote, handler } = await connected(t);
			remote.answers.push({ results: [...results] });
			assert.deepEqual(await handler.handle(records("a", "b")), expected);
		});
	}

	test("statuses that refuse a batch refuse all of it, others are worth another try", async (t) => {
		const { remote, handler } = await connected(t);
		remote.answers.push({ fails: status.INVALID_ARGUMENT }, { fails: status.INTERNAL, details: "disk full" });
		assert.deepEqual(await handler.handle(records("a")), [{ rejected: "invalid_argument" }]);
		await assert.rejects(async () => handler.handle(records("b")), { message: "Handle: INTERNAL: disk full" });
	});

	test("a signal that the adapter does not take is not sent", async (t) => {
		const { remote, handler } = await connected(t);
		remote.opening = { signals: [Signal.LOG] };
		assert.deepEqual(await handler.handle(records("a")), { rejected: "not_taken" });
		assert.deepEqual(remote.handled, []);
	});
});

describe("grpc: an adapter that fails", () => {
	test("gets a batch again under the same numbers, and the next under the next", async (t) => {
		const { remote, handler } = await connected(t);
		const batch = records("a");
		remote.answers.push({ fails: status.UNAVAILABLE });
		await assert.rejects(async () => handler.handle(batch));
		assert.deepEqual(await handler.handle(batch), ["delivered"]);
		await handler.handle(records("a"));
		assert.deepEqual(
			remote.handled.map(({ sequence }) => sequence),
			[1n, 1n, 2n],
		);
		assert.deepEqual(
			new Set(remote.handled.map(({ session }) => session)),
			new Set(remote.opened.map(({ session }) => session)),
		);
	});

	test("that has forgotten the session is told of it again, then the batch under the same numbers", async (t) => {
		const { remote, handler } = await connected(t);
		await handler.handle(records("a"));
		remote.answers.push({ fails: status.FAILED_PRECONDITION });
		assert.deepEqual(await handler.handle(records("b")), ["delivered"]);
		assert.deepEqual([remote.opened.length, remote.handled.map(({ sequence }) => sequence)], [2, [1n, 2n, 2n]]);
		remote.answers.push({ fails: status.FAILED_PRECONDITION }, { fails: status.FAILED_PRECONDITION, details: "no" });
		await assert.rejects(async () => handler.handle(records("c")), { message: "Handle: FAILED_PRECONDITION: no" });
	});

	test("whose settings do not work any more loses nothing by it", async (t) => {
		const { remote, handler } = await connected(t);
		const batch = records("a");
		await handler.handle(records("first"));
		remote.answers.push({ fails: status.FAILED_PRECONDITION });
		remote.opening = { fails: status.INVALID_ARGUMENT, details: "no such file" };
		await assert.rejects(async () => handler.handle(batch), { message: "Open: INVALID_ARGUMENT: no such file" });
		remote.opening = { signals: [Signal.RECORD] };
		assert.deepEqual(await handler.handle(batch), ["delivered"]);
	});

	test("is waited for while it is away, and connected to when it is back", async (t) => {
		const [port = 0] = await freePorts(1);
		const { handler } = await open(t, { endpoint: `http://127.0.0.1:${port}` });
		const answer = handler.handle(records("a"));
		const remote = await start(t, { port });
		assert.deepEqual(await answer, ["delivered"]);
		remote.stop();
		await start(t, { port });
		const batch = records("b");
		// A call on the connection that breaks may fail: the dispatcher makes it again.
		const probe = async () => {
			return Promise.resolve(handler.handle(batch)).then(
				() => true,
				() => false,
			);
		};
		await waitUntil({ what: "an answer of the one that is back", timeoutMs: 10_000, probe });
	});

	test("that is silent is given up at the deadline and called over another connection", async (t) => {
		const { remote, handler } = await connected(t, { deadline: "200ms" });
		const batch = records("a");
		remote.answers.push("hangs");
		await assert.rejects(
			async () => handler.handle(batch),
			(error: Error) => error.message.startsWith("Handle: DEADLINE_EXCEEDED"),
		);
		const before = remote.peer;
		assert.deepEqual(await handler.handle(batch), ["delivered"]);
		assert.notEqual(remote.peer, before);
		assert.deepEqual(
			remote.handled.map(({ sequence }) => sequence),
			[1n, 1n],
		);
	});

	test("is left at once when the grace time is over", async (t) => {
		const remote = await start(t);
		const { handler, abort } = await open(t, { endpoint: remote.endpoint });
		remote.answers.push("hangs");
		const answer = Promise.resolve(handler.handle(records("a")));
		answer.catch(() => undefined);
		await waitUntil({ what: "the call", timeoutMs: 5000, probe: async () => remote.handled.length === 1 });
		abort.abort();
		await assert.rejects(answer, { message: "Handle: CANCELLED: Cancelled on client" });
	});

	test("is told of the session's end, if it ever began", async (t) => {
		const { remote, handler } = await connected(t);
		await handler.handle(records("a"));
		await handler.flush();
		await handler.close();
		assert.deepEqual(
			remote.closed.map(({ session }) => session),
			remote.opened.map(({ session }) => session),
		);
		const { remote: unused, handler: idle } = await connected(t);
		await idle.close();
		assert.deepEqual([unused.opened, unused.closed], [[], []]);
	});
});
