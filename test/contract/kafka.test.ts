import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { Batch, HandleResult } from "../../mixer/adapters/adapter.ts";
import { kafka } from "../../mixer/adapters/kafka/kafka.ts";
import { loadHarness } from "../../mixer/conformance/load-harness.ts";
import { runSuite } from "../../mixer/conformance/run-suite.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { adapterEnv } from "../mixer/adapters/adapter-env.ts";
import { KAFKA_PORTS, TOPIC } from "../mixer/conformance/harnesses/kafka.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { KeptLog, runMixer } from "../mixer/server/running-mixer.ts";
import { AnswerCutter, kafkaWire } from "../support/answer-cutter.ts";
import { guideBlocks } from "../support/guide.ts";
import { KAFKA_USER, KafkaServer } from "../support/kafka-server.ts";
import { TestAuthority } from "../support/key-folder.ts";
import { metricLines } from "../support/metric-lines.ts";
import { checkout } from "../support/programs.ts";
import { scaled } from "../support/scale.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Times that the broker is killed, and stalled. */
const FAULTS = scaled({ quick: 1, full: 10 });
const BATCHES = scaled({ quick: 10, full: 250 });
/** 1,000 records a second. */
const BATCH_RECORDS = 20;
const BATCH_EVERY_MS = 20;
const TIMEOUT_MS = 60_000;

let authority: TestAuthority;
let server: KafkaServer | undefined;
let missing = "";
before(async () => {
	authority = await TestAuthority.create();
	const certificate = await authority.issue({ dnsNames: ["localhost"] });
	try {
		server = await KafkaServer.start(certificate);
	} catch (error) {
		if (!(error instanceof Error) || error.name !== "SetupFailure") throw error;
		missing = error.message;
	}
});
after(() => server?.stop());

/** The broker; without one the test is left out, and says why. */
function broker(t: TestContext): KafkaServer | undefined {
	if (server === undefined) t.skip(missing);
	return server;
}

async function open(t: TestContext, config: object, environment: Record<string, string> = {}) {
	const logger = new KeptLog();
	const handler = await kafka.build(config, { ...adapterEnv(), logger, environment });
	t.after(() => handler.close());
	return { logger, handle: async (batch: Batch): Promise<HandleResult> => handler.handle(batch) };
}

function records(...ids: (string | undefined)[]): Batch {
	return { signal: "record", items: ids.map((id) => (id === undefined ? {} : { "request.id": id })) };
}

describe("kafka, against a real broker", () => {
	test("records arrive once each, though the broker is killed and stalled", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic("requests", { partitions: 3 });
		const config = JSON.stringify({
			brokers: [at.broker],
			topic: "requests",
			key: "request.host",
			compression: "zstd",
		});
		const handler = "---\napiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: events}\n";
		const text = `${policyYaml("books")}${handler}spec: {adapter: kafka, config: ${config}}\n`;
		const dir = await configurationFolder(t, { "all.yaml": text });
		const handlers = handlerSpecs(await loadConfiguration(dir, { stderr: process.stderr }));
		const { client, admin, mixer } = await runMixer(t, { options: { handlers } });
		let sent = 0;
		const send = async () => {
			for (let i = 0; i < BATCHES; i++) {
				await Promise.all([client.report(batchOf(sent++)), setTimeout(BATCH_EVERY_MS)]);
			}
		};
		const delivered = async () => {
			const lines = metricLines((await admin("/metrics")).body, "sluice_handler_records_delivered_total");
			return lines.some(({ value }) => value === sent * BATCH_RECORDS);
		};
		const arrived = () => waitUntil({ what: "every record delivered", timeoutMs: TIMEOUT_MS, probe: delivered });
		for (let fault = 0; fault < FAULTS; fault++) {
			await send();
			await at.kill();
			await send();
			await at.run();
			await arrived();
			at.stall();
			await send();
			at.resume();
			await arrived();
		}
		await mixer.stop();
		const expected = sent * BATCH_RECORDS;
		assert.equal(await at.count("requests"), expected);
		const messages = await at.messages("requests", expected);
		const ids = messages.map(({ value }) => JSON.parse(value)["request.id"]);
		assert.equal(new Set(ids).size, expected);
		const first = messages.find(({ value }) => value.includes('"0-1"'));
		assert.deepEqual(
			[first?.key, first?.value],
			["host-1", '{"request.id":"0-1","request.host":"host-1","response.code":200}'],
		);
		const partitions = new Map(messages.map(({ key, partition }) => [`${key}/${partition}`, key]));
		assert.equal(partitions.size, new Set(messages.map(({ key }) => key)).size, "a key has one partition");
	});

	test("messages whose answer is lost are written once", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic("answers");
		const front = await AnswerCutter.start(t, { port: at.frontPort, to: at.frontedPort, wire: kafkaWire });
		const brokers = [`127.0.0.1:${at.frontPort}`];
		const { handle } = await open(t, { brokers, topic: "answers", attributes: ["request.id"] });
		front.cut(2);
		assert.deepEqual(await handle(records("a", "b")), ["delivered", "delivered"]);
		assert.deepEqual(await handle(records("c")), ["delivered"]);
		assert.equal(front.cuts, 2);
		assert.equal(await at.count("answers"), 3);
		const messages = await at.messages("answers", 3);
		assert.deepEqual(
			messages.map(({ value }) => JSON.parse(value)["request.id"]),
			["a", "b", "c"],
		);
	});

	test("a message that the broker refuses is rejected alone", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic("compacted", { configs: { "cleanup.policy": "compact" } });
		const config = { brokers: [at.broker], topic: "compacted", key: "request.id", attributes: ["request.id"] };
		const { handle } = await open(t, config);
		assert.deepEqual(await handle(records("a", undefined, "b")), ["retry", { rejected: "invalid_record" }, "retry"]);
		assert.deepEqual(await handle(records("a", "b")), ["delivered", "delivered"]);
		assert.equal(await at.count("compacted"), 2);
	});

	test("a message that is too large is rejected alone, though the broker refuses all that came with it", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic("small", { configs: { "max.message.bytes": "1000" } });
		const { handle } = await open(t, { brokers: [at.broker], topic: "small", attributes: ["request.id"] });
		const text = (character: string) => character.repeat(600);
		const tooLarge = { rejected: "message_too_large" };
		assert.deepEqual(await handle(records(text("a"), "x".repeat(2000), text("b"), text("c"))), [
			"delivered",
			tooLarge,
			"delivered",
			"delivered",
		]);
		assert.equal(await at.count("small"), 3);
	});

	for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"]) {
		test(`what is compressed by ${compression} is read again, logs among it, and more than a request holds`, async (t) => {
			const at = broker(t);
			if (at === undefined) return;
			await at.createTopic(compression);
			const { handle } = await open(t, {
				brokers: [at.broker],
				topic: compression,
				key: "request.id",
				attributes: ["request.id"],
				compression,
			});
			const logs: Batch = {
				signal: "log",
				items: [{ name: "slow", severity: "info", timeNs: 0n, fields: [["request.id", "k"]] }],
			};
			assert.deepEqual(await handle(logs), ["delivered"]);
			const large = records(...["1", "2", "3"].map((id) => `${id}${"\u00e4".repeat(200_000)}`));
			assert.deepEqual(await handle(large), ["delivered", "delivered", "delivered"]);
			const [log, ...others] = await at.messages(compression, 4);
			assert.deepEqual(
				[log?.key, log?.value],
				["k", '{"time":"1970-01-01T00:00:00.000000000Z","severity":"info","log":"slow","fields":{"request.id":"k"}}'],
			);
			assert.deepEqual(
				others.map(({ value }) => value.length),
				[200_018, 200_018, 200_018],
			);
		});
	}

	test("messages of any text arrive as they are", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic("hostile");
		const config = { brokers: [at.broker], topic: "hostile", key: "request.id", attributes: ["request.method"] };
		const { handle } = await open(t, config);
		const text = "\u0000\r\n\u001b[31m\u202e\u2028__proto__";
		const items = [{ "request.id": text, "request.method": text }, {}];
		assert.deepEqual(await handle({ signal: "record", items }), ["delivered", "delivered"]);
		const [first, second] = await at.messages("hostile", 2);
		assert.deepEqual([first?.key, JSON.parse(first?.value ?? "")], [text, { "request.method": text }]);
		assert.equal(second?.value, "{}");
	});

	for (const mechanism of ["PLAIN", "SCRAM-SHA-512"]) {
		test(`logs in by ${mechanism} over TLS, and is refused with another password`, async (t) => {
			const at = broker(t);
			if (at === undefined) return;
			await at.createTopic(`login-${mechanism}`);
			const file = join(await temporaryFolder(), "ca.pem");
			await writeFile(file, authority.root.certificate);
			const { username } = KAFKA_USER;
			const sasl = { mechanism, username, password: { env: "PASSWORD" } };
			const secured = { brokers: [`localhost:${at.securePort}`], topic: `login-${mechanism}`, sasl };
			const config = { ...secured, tls: { authorities: file } };
			const { handle, logger } = await open(t, config, { PASSWORD: KAFKA_USER.password });
			assert.deepEqual(await handle(records("a")), ["delivered"]);
			assert.deepEqual(logger.lines, []);
			await assert.rejects(open(t, config, { PASSWORD: "wrong-secret" }), (error: Error) => {
				return (
					error.message.startsWith("config.sasl: the brokers refuse it: ") && !error.message.includes("wrong-secret")
				);
			});
		});
	}

	test("docs/kafka.md: what it shows is what happens", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		const blocks = await guideBlocks(join(checkout, "docs/kafka.md"));
		assert.deepEqual(
			blocks.map(({ name }) => name),
			["events.yaml", "requests", "secured.yaml"],
		);
		const [events, value, secured] = blocks.map(({ text }) => text);
		const specsOf = async (handler = "") => {
			const dir = await configurationFolder(t, { "all.yaml": `${policyYaml("books")}---\n${handler}` });
			return handlerSpecs(await loadConfiguration(dir, { stderr: process.stderr }));
		};
		await at.createTopic("guide");
		const handler = events?.replace("127.0.0.1:9092", at.broker).replace("topic: requests", "topic: guide");
		const { client, mixer } = await runMixer(t, { options: { handlers: await specsOf(handler) } });
		const record = {
			"request.id": { string: "3f9a1c-0" },
			"request.host": { string: "shop.example.com" },
			"response.code": { int64: 200n },
		};
		await client.report(reportBatch([record]));
		const [message] = await at.messages("guide", 1);
		assert.deepEqual([message?.key, `${message?.value}\n`], ["shop.example.com", value]);
		await mixer.stop();
		// The schema's word alone: its brokers are on no machine.
		assert.equal((await specsOf(secured)).length, 1);
	});

	test("keeps the contract of adapters", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await at.createTopic(TOPIC, { partitions: 1 });
		process.env[KAFKA_PORTS] = `${at.frontPort} ${at.frontedPort}`;
		t.after(() => delete process.env[KAFKA_PORTS]);
		const file = join(checkout, "test/mixer/conformance/harnesses/kafka.ts");
		const harness = { file, value: await loadHarness(file) };
		const results = await runSuite({ adapter: { word: "kafka" }, harness });
		assert.deepEqual(
			results.filter(({ status }) => status === "failed"),
			[],
		);
		assert.ok(results.some(({ name, status }) => name === "records" && status === "passed"));
	});

	test("a topic that does not exist is refused when the configuration is loaded", async (t) => {
		const at = broker(t);
		if (at === undefined) return;
		await assert.rejects(open(t, { brokers: [at.broker], topic: "none-such" }), {
			code: "invalid",
			message: "config.topic: the brokers have no topic none-such: create it",
		});
	});
});

function batchOf(number: number) {
	const batch = Array.from({ length: BATCH_RECORDS }, (_, i) => ({
		"request.id": { string: `${number}-${i}` },
		"request.host": { string: `host-${i % 7}` },
		"response.code": { int64: 200n },
	}));
	return reportBatch(batch, { sequence: BigInt(number + 1) });
}
