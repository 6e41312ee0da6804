import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Batch, Handler, ItemResult } from "../../../../mixer/adapters/adapter.ts";
import { HttpPoster } from "../../../../mixer/adapters/http/http-poster.ts";
import { webhook } from "../../../../mixer/adapters/webhook/webhook.ts";
import { WebhookHandler } from "../../../../mixer/adapters/webhook/webhook-handler.ts";
import { TestAuthority } from "../../../support/key-folder.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { adapterEnv } from "../adapter-env.ts";
import { type ReceivedMessage, WebhookReceiver } from "./webhook-receiver.ts";

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString("base64")}`;
const NOW_MS = 1_700_000_000_500;

let receiver: WebhookReceiver;
before(async () => {
	receiver = await WebhookReceiver.start();
});
after(() => receiver.stop());
beforeEach(() => {
	receiver.messages.length = 0;
	receiver.answers.length = 0;
});

async function open(config: object = {}, environment: Record<string, string> = {}, signal?: AbortSignal) {
	const env = { ...adapterEnv(), now: () => NOW_MS, environment: { SECRET, ...environment } };
	const url = `http://127.0.0.1:${receiver.port}/hook?from=sluice`;
	return webhook.build({ url, secret: { env: "SECRET" }, ...config }, { ...env, ...(signal && { signal }) });
}

function records(...ids: string[]): Batch {
	return { signal: "record", items: ids.map((id) => ({ "request.id": id, "response.code": 200 })) };
}

/** Whether a message is signed with the key, as a receiver sees it. */
function isSigned({ headers, body }: ReceivedMessage): boolean {
	const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = headers;
	return signature === `v1,${createHmac("sha256", KEY).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

const idsOf = (messages: readonly ReceivedMessage[]) => messages.map(({ headers }) => headers["webhook-id"]);
const dataOf = (messages: readonly ReceivedMessage[]) =>
	messages.map(({ body }) => JSON.parse(body).data.map((item: Record<string, string>) => item["request.id"]));

async function deliver(handler: Handler, batch: Batch): Promise<readonly ItemResult[]> {
	const answer = await handler.handle(batch);
	assert.ok(Array.isArray(answer));
	return answer;
}

describe("webhook", () => {
	test("posts a batch as one signed message", async () => {
		const handler = await open();
		assert.deepEqual(await deliver(handler, records("a", "b")), ["delivered", "delivered"]);
		const [message, ...more] = receiver.messages;
		assert.ok(message !== undefined && more.length === 0);
		assert.deepEqual(JSON.parse(message.body), {
			type: "sluice.records",
			timestamp: "2023-11-14T22:13:20.500Z",
			data: [
				{ "request.id": "a", "response.code": 200 },
				{ "request.id": "b", "response.code": 200 },
			],
		});
		assert.equal(message.headers["webhook-timestamp"], "1700000000");
		assert.equal(message.headers["content-type"], "application/json");
		assert.match(String(message.headers["webhook-id"]), /^msg_[0-9a-f-]{36}$/);
		assert.ok(isSigned(message));
		await handler.close();
	});

	test("posts metrics and log entries, each under its own type", async () => {
		const handler = await open();
		const definition = { name: "n", type: "counter", help: "h", labels: ["a"], buckets: [], maxSeries: 1 } as const;
		await handler.handle({ signal: "metric", items: [{ definition, labels: ['"'], value: 2 }] });
		const fields = [["path", "/books"]] as const;
		await handler.handle({ signal: "log", items: [{ name: "slow", severity: "warning", timeNs: 1n, fields }] });
		assert.deepEqual(
			receiver.messages.map(({ body }) => ({ ...JSON.parse(body), timestamp: "" })),
			[
				{
					...{ type: "sluice.metrics", timestamp: "" },
					data: [{ name: "n", type: "counter", labels: { a: '"' }, value: 2 }],
				},
				{
					...{ type: "sluice.logs", timestamp: "" },
					data: [
						{
							...{ time: "1970-01-01T00:00:00.000000001Z", severity: "warning" },
							...{ log: "slow", fields: { path: "/books" } },
						},
					],
				},
			],
		);
		await handler.close();
	});

	test("takes as many messages as it needs, and rejects what fits in none", async () => {
		const handler = await open({ maxBytes: 1024 });
		const long = (name: string) => name.padEnd(400, ".");
		const batch = records(long("a"), long("b"), "x".repeat(2000), long("c"));
		assert.deepEqual(await deliver(handler, batch), ["delivered", "delivered", { rejected: "too_long" }, "delivered"]);
		assert.deepEqual(dataOf(receiver.messages), [[long("a"), long("b")], [long("c")]]);
		for (const { body } of receiver.messages) assert.ok(body.length <= 1024);
		await handler.close();
	});

	test("sends what failed again under the same id, and nothing that was delivered", async () => {
		const handler = await open({ maxBytes: 1024 });
		const names = ["a", "b", "c"].map((name) => name.padEnd(600, "."));
		const batch = records(...names);
		receiver.answers.push({ status: 204 }, { status: 503 });
		assert.deepEqual(await deliver(handler, batch), ["delivered", "retry", "retry"]);
		const rest: Batch = { signal: "record", items: batch.signal === "record" ? batch.items.slice(1) : [] };
		receiver.answers.push({ status: 500 });
		await assert.rejects(async () => handler.handle(rest), { message: "answered 500" });
		assert.deepEqual(await deliver(handler, rest), ["delivered", "delivered"]);
		const ids = idsOf(receiver.messages);
		assert.deepEqual(dataOf(receiver.messages).flat(), [names[0], names[1], names[1], names[1], names[2]]);
		assert.equal(new Set(ids).size, 3);
		assert.deepEqual([ids[1], ids[2]], [ids[3], ids[3]]);
		assert.ok(receiver.messages.every(isSigned));
		await handler.handle(records("a"));
		assert.ok(!ids.includes(idsOf(receiver.messages).at(-1)), "another batch has another id");
		await handler.close();
	});

	for (const status of [400, 401, 404, 410, 413, 301]) {
		test(`rejects for good what is answered ${status}`, async () => {
			const handler = await open();
			receiver.answers.push({ status, headers: { location: "/elsewhere" } });
			assert.deepEqual(await deliver(handler, records("a")), [{ rejected: `http_${status}` }]);
			assert.equal(receiver.messages.length, 1, "no redirection is followed");
			await handler.close();
		});
	}

	for (const status of [408, 429, 500, 503]) {
		test(`tries again what is answered ${status}`, async () => {
			const handler = await open();
			receiver.answers.push({ status });
			await assert.rejects(async () => handler.handle(records("a")), { message: `answered ${status}` });
			await handler.close();
		});
	}

	test("asks for another try only when the receiver wants one", async () => {
		const paused = Promise.withResolvers<number>();
		const over = Promise.withResolvers<void>();
		const handler = new WebhookHandler({
			poster: new HttpPoster({ protocol: "http:", tls: {}, signal: new AbortController().signal }),
			...{ url: new URL(`http://127.0.0.1:${receiver.port}`), keys: [KEY], headers: {}, maxBytes: 1024 },
			...{ now: () => NOW_MS, write: () => ["{}"], newId: () => "msg_1" },
			pause(ms) {
				paused.resolve(ms);
				return over.promise;
			},
		});
		receiver.answers.push({ status: 429, headers: { "retry-after": "30" } });
		let end = "none";
		const answer = handler.handle(records("a")).catch((error: Error) => {
			end = error.message;
		});
		assert.equal(await paused.promise, 30_000);
		assert.equal(end, "none");
		over.resolve();
		await answer;
		assert.equal(end, "answered 429");
		await handler.close();
	});

	test("sends nothing after the end of the grace time", async () => {
		const stop = new AbortController();
		const handler = await open({}, {}, stop.signal);
		stop.abort();
		await assert.rejects(async () => handler.handle(records("a")), { name: "AbortError" });
		await handler.close();
	});

	test("takes headers from the environment and from files, and the secret too", async () => {
		const dir = await temporaryFolder();
		await writeFile(join(dir, "secret"), `${SECRET}\n`);
		await writeFile(join(dir, "token"), "two\n");
		const headers = { "x-one": { env: "ONE" }, "x-two": { file: join(dir, "token") } };
		const handler = await open({ headers, secret: { file: join(dir, "secret") } }, { ONE: "one" });
		await handler.handle(records("a"));
		const [message] = receiver.messages;
		assert.ok(message !== undefined && isSigned(message));
		assert.deepEqual([message.headers["x-one"], message.headers["x-two"]], ["one", "two"]);
		await handler.close();
	});

	test("speaks TLS, with a certificate of its own", async (t) => {
		const dir = await temporaryFolder();
		const authority = await TestAuthority.create();
		const { certificate: ca } = authority.root;
		const server = await authority.issue({ dnsNames: ["localhost"] });
		const client = await authority.issue();
		const files = { "ca.pem": ca, "client.pem": client.certificate, "client.key": client.key };
		for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
		const secured = await WebhookReceiver.start({
			...{ cert: server.certificate, key: server.key, ca },
			...{ requestCert: true, rejectUnauthorized: true },
		});
		t.after(() => secured.stop());
		const url = `https://localhost:${secured.port}/`;
		const tls = {
			authorities: join(dir, "ca.pem"),
			certificate: join(dir, "client.pem"),
			key: join(dir, "client.key"),
		};
		const handler = await open({ url, tls });
		assert.deepEqual(await deliver(handler, records("a")), ["delivered"]);
		await handler.close();
		const unknown = await open({ url });
		await assert.rejects(async () => unknown.handle(records("a")), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
		await unknown.close();
	});

	for (const [what, config, message] of [
		[
			"HTTP to another machine",
			{ url: "http://hooks.example.com/x" },
			"config.url: messages to hooks.example.com would be readable on their way: use https, or set allowHttp",
		],
		[
			"a password in the URL",
			{ url: "https://user:pass@hooks.example.com/x" },
			"config.url: holds a password, which a configuration should not: use headers",
		],
		["no URL", { url: "https://[x" }, "config.url: is no URL"],
		[
			"a secret that is not there",
			{ secret: { env: "NONE" } },
			"config.secret.env: there is no environment variable NONE",
		],
		["a secret from nowhere", { secret: {} }, "config.secret: name either env or file"],
		[
			"a header of its own",
			{ headers: { "Webhook-Id": { env: "SECRET" } } },
			"config.headers.Webhook-Id: is set by the adapter itself",
		],
		["what is no header", { headers: { "a b": { env: "SECRET" } } }, "config.headers.a b: a b is no header's name"],
	] as const) {
		test(`refuses ${what}`, async () => {
			await assert.rejects(open(config), { name: "MixerError", code: "invalid", message });
		});
	}

	test("goes to another machine without TLS where it is said", async () => {
		const handler = await open({ url: "http://hooks.example.com/x", allowHttp: true });
		await handler.close();
	});
});
