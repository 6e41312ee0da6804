import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { withoutProbe } from "../../../cli/up/console-handler.ts";
import { PROBE_USER_AGENT } from "../../../cli/up/first-answer.ts";
import type { Adapter, HandleResult } from "../../../mixer/adapters/adapter.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { batchRecords, recordBatch } from "../../support/batch-records.ts";

const probe = { "request.useragent": PROBE_USER_AGENT, "request.method": "PROBE" };
const first = { "request.useragent": "curl/8", "request.method": "GET" };
const second = { "request.method": "PUT" };

test("asks for the attribute that tells the probe", () => {
	assert.deepEqual(withoutProbe(collector([], "delivered")).attributes?.({}), ["request.method", "request.useragent"]);
});

for (const [result, answer] of [
	["delivered", "delivered"],
	["retry", "retry"],
	[{ rejected: "full" }, { rejected: "full" }],
	[
		["retry", "delivered"],
		["retry", "delivered", "delivered"],
	],
] as const) {
	test(`shows all but the probe, and passes on ${JSON.stringify(result)}`, async () => {
		const shown: TelemetryRecord[] = [];
		const handler = await build(withoutProbe(collector(shown, result)));
		assert.deepEqual(await handler.handle(recordBatch([first, probe, second])), answer);
		assert.deepEqual(shown, [first, second]);
	});
}

test("takes the probe alone for delivered, without asking", async () => {
	const shown: TelemetryRecord[] = [];
	const handler = await build(withoutProbe(collector(shown, "retry")));
	assert.equal(await handler.handle(recordBatch([probe])), "delivered");
	assert.deepEqual(shown, []);
});

function collector(shown: TelemetryRecord[], result: HandleResult): Adapter {
	return {
		name: "collector",
		signals: ["record"],
		configSchema: {},
		attributes: () => ["request.method"],
		build: () => ({
			handle: (batch) => {
				shown.push(...batchRecords(batch));
				return result;
			},
			flush: async () => {},
			close: async () => {},
		}),
	};
}

function build(adapter: Adapter) {
	const log = () => {};
	const logger = { info: log, warn: log, error: log };
	const { signal } = new AbortController();
	return adapter.build({}, { name: "console", logger, now: () => 0, environment: {}, metrics: new Registry(), signal });
}
