import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freePorts } from "../../../../bench/deploy/free-ports.ts";
import { kafka } from "../../../../mixer/adapters/kafka/kafka.ts";
import { messageMaker } from "../../../../mixer/adapters/kafka/kafka-message.ts";
import { KeptLog } from "../../server/running-mixer.ts";
import { adapterEnv } from "../adapter-env.ts";

describe("kafka: the configuration", () => {
	const sasl = { mechanism: "PLAIN", username: "u", password: { env: "NONE" } };
	const refused: readonly (readonly [config: object, message: string])[] = [
		[
			{ brokers: ["127.0.0.1:1", "kafka:9092"], topic: "t" },
			"config.brokers.1: kafka:9092 is not on this machine: write tls, or plaintext: true to go without",
		],
		[
			{ brokers: ["[2001:db8::1]:9092"], topic: "t" },
			"config.brokers.0: [2001:db8::1]:9092 is not on this machine: write tls, or plaintext: true to go without",
		],
		[{ brokers: ["127.0.0.1:1"], topic: "t", sasl }, "config.sasl.password.env: there is no environment variable NONE"],
		[
			{ brokers: ["127.0.0.1:1"], topic: "t", sasl: { ...sasl, password: {} } },
			"config.sasl.password: name either env or file",
		],
		[
			{ brokers: ["kafka:1"], topic: "t", tls: { certificate: "crt.pem" } },
			"config.tls: certificate and key belong together: name both or none",
		],
	];
	for (const [config, message] of refused) {
		test(`refuses ${JSON.stringify(config)}`, async () => {
			await assert.rejects(async () => kafka.build(config, adapterEnv()), {
				name: "MixerError",
				code: "invalid",
				message,
			});
		});
	}

	test("is accepted while no broker is there, and that is said", async () => {
		const [port = 0] = await freePorts(1);
		const logger = new KeptLog();
		const handler = await kafka.build({ brokers: [`127.0.0.1:${port}`], topic: "t" }, { ...adapterEnv(), logger });
		await handler.close();
		assert.deepEqual(
			logger.lines.map(({ level, message }) => [level, message]),
			[["warn", "no broker can be asked now"]],
		);
	});

	test("reads the key besides the attributes", () => {
		const config = { brokers: ["127.0.0.1:1"], topic: "t", key: "source.principal", attributes: ["response.code"] };
		assert.deepEqual(kafka.attributes?.(config), ["response.code", "source.principal"]);
	});
});

describe("kafka: messages", () => {
	const make = messageMaker({ topic: "t", key: "response.code", attributes: ["request.id"] });

	test("are jsonlog's lines, with the attribute's value as their key", () => {
		const items = [{ "request.id": "a", "response.code": 200, "request.method": "GET" }, { "request.id": "\u0000" }];
		assert.deepEqual(make({ signal: "record", items }), [
			{ topic: "t", value: '{"request.id":"a"}', key: "200" },
			{ topic: "t", value: '{"request.id":"\\u0000"}' },
		]);
	});

	test("of log entries have the field of that name as their key", () => {
		const entry = { name: "slow", severity: "info", timeNs: undefined, fields: [["response.code", 503]] } as const;
		assert.deepEqual(make({ signal: "log", items: [entry] }), [
			{ topic: "t", value: '{"severity":"info","log":"slow","fields":{"response.code":503}}', key: "503" },
		]);
	});

	test("have no key where its value is a map or a list", () => {
		const mapped = messageMaker({ topic: "t", key: "request.headers", attributes: ["request.id"] });
		const items = [{ "request.headers": new Map([["a", "b"]]) }];
		assert.deepEqual(mapped({ signal: "record", items }), [{ topic: "t", value: "{}" }]);
	});
});
