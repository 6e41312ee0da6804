import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { jsonLine } from "../../../mixer/adapters/json-line.ts";
import { jsonlog } from "../../../mixer/adapters/jsonlog.ts";
import type { LogEntry } from "../../../mixer/adapters/signals.ts";
import { recordBatch } from "../../support/batch-records.ts";
import { adapterEnv } from "./adapter-env.ts";

const folder = await mkdtemp(join(tmpdir(), "sluice-jsonlog-"));
after(() => rm(folder, { recursive: true }));

describe("jsonlog", () => {
	test("appends one object a record, keys in the vocabulary's order, absent ones left out", async () => {
		const file = join(folder, "a.jsonl");
		const config = { file, attributes: ["response.code", "request.method", "request.id"] };
		for (const code of [200, 403]) {
			const handler = await jsonlog.build(config, adapterEnv());
			const batch = [{ "response.code": code, "request.method": "GET", "request.host": "h" }, { "request.id": "x" }];
			assert.deepEqual(await handler.handle(recordBatch(batch)), "delivered");
			await handler.close();
		}
		const lines = [200, 403].map((code) => `{"request.method":"GET","response.code":${code}}\n{"request.id":"x"}\n`);
		assert.equal(await readFile(file, "utf8"), lines.join(""));
		assert.equal((await stat(file)).mode & 0o777, 0o640 & ~process.umask());
	});

	test("writes an entry of a Telemetry as one object: time, severity, name and fields", async () => {
		const file = join(folder, "entries.jsonl");
		const handler = await jsonlog.build({ file }, adapterEnv());
		const common = { name: "slow", severity: "warning" } as const;
		const items: LogEntry[] = [
			{
				...common,
				timeNs: 1_700_000_000_123_456_789n,
				fields: [
					["host", 'a"\u2028'],
					["code", 503],
					["headers", new Map([["x", ["1", true]]])],
				],
			},
			{ ...common, timeNs: undefined, fields: [] },
		];
		assert.deepEqual(await handler.handle({ signal: "log", items }), "delivered");
		await handler.close();
		const [first, second] = (await readFile(file, "utf8")).split("\n");
		const fields = String.raw`{"host":"a\"\u2028","code":503,"headers":{"x":["1",true]}}`;
		const time = "2023-11-14T22:13:20.123456789Z";
		assert.equal(first, `{"time":"${time}","severity":"warning","log":"slow","fields":${fields}}`);
		assert.equal(second, '{"severity":"warning","log":"slow","fields":{}}');
	});

	test("reads what it is configured to write, and nothing secret by default", () => {
		assert.deepEqual(jsonlog.attributes?.({ attributes: ["request.path"] }), ["request.path"]);
		const byDefault = jsonlog.attributes?.({}) ?? [];
		for (const name of [
			"request.headers",
			"request.path",
			"request.query",
			"request.query_params",
			"request.referer",
		]) {
			assert.ok(!byDefault.includes(name), name);
		}
	});

	test("names the attribute that is not in the vocabulary", async () => {
		await assert.rejects(async () => jsonlog.build({ attributes: ["request.methd"] }, adapterEnv()), {
			message: /^config\.attributes\.0: Invalid option: expected one of "request\.id"\|/,
		});
	});

	test("says which folder is missing", async () => {
		const file = join(folder, "none", "a.jsonl");
		const reason = `there is no folder ${join(folder, "none")}: make it, or name another file`;
		await assert.rejects(async () => jsonlog.build({ file }, adapterEnv()), {
			code: "invalid",
			message: `config.file: ${file} cannot be opened: ${reason}`,
		});
	});

	test("rejects, to be tried again, when the file cannot be written", {
		skip: process.platform !== "linux",
	}, async () => {
		const handler = await jsonlog.build({ file: "/dev/full" }, adapterEnv());
		await assert.rejects(async () => handler.handle(recordBatch([{ "request.id": "x" }])), { code: "ENOSPC" });
		await handler.close();
	});
});

describe("a line", () => {
	const cases: [Parameters<ReturnType<typeof jsonLine>>[0], string][] = [
		[{ "request.id": 'a"\r\n\\' }, '{"request.id":"a\\"\\r\\n\\\\"}'],
		[{ "request.id": "\u007f\u0085\u009b\u2028\u2029" }, '{"request.id":"\\u007f\\u0085\\u009b\\u2028\\u2029"}'],
		[{ "request.time": 1_700_000_000_123_456_789n }, '{"request.time":"2023-11-14T22:13:20.123456789Z"}'],
		[{ "request.time": -1n }, '{"request.time":"1969-12-31T23:59:59.999999999Z"}'],
		[{ "check.duration": 410_000 }, '{"check.duration":410000}'],
		[{ "connection.mtls": false }, '{"connection.mtls":false}'],
		[{ "request.headers": new Map([["__proto__", "x"]]) }, '{"request.headers":{"__proto__":"x"}}'],
		[{ "request.header_values": new Map([["a", ["1", "2"]]]) }, '{"request.header_values":{"a":["1","2"]}}'],
		[{}, "{}"],
	];
	const line = jsonLine([
		"request.id",
		"request.time",
		"check.duration",
		"connection.mtls",
		"request.headers",
		"request.header_values",
	]);
	for (const [record, text] of cases) {
		test(text, () => {
			assert.equal(line(record), text);
			JSON.parse(text);
		});
	}
});
