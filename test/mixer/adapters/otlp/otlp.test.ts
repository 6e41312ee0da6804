import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import type { Batch, Handler } from "../../../../mixer/adapters/adapter.ts";
import { ExportLogsServiceResponseSchema } from "../../../../mixer/adapters/otlp/api/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.js";
import { otlp } from "../../../../mixer/adapters/otlp/otlp.ts";
import type { LogEntry, MetricDefinition } from "../../../../mixer/adapters/signals.ts";
import { OtlpReceiver } from "../../../support/otlp-receiver.ts";
import { adapterEnv } from "../adapter-env.ts";

let receiver: OtlpReceiver;
const folder = await mkdtemp(join(tmpdir(), "sluice-otlp-"));
before(async () => {
	receiver = await OtlpReceiver.start();
});
after(() => {
	receiver.stop();
	return rm(folder, { recursive: true });
});
beforeEach(() => {
	receiver.requests.length = 0;
});

/** Opened at 1 s, and it is 2 s when anything is sent. */
async function open(config: object = {}, environment: Record<string, string> = {}): Promise<Handler> {
	let nowMs = 0;
	const now = () => {
		nowMs = Math.min(2000, nowMs + 1000);
		return nowMs;
	};
	return otlp.build({ endpoint: `${receiver.url}/otlp`, ...config }, { ...adapterEnv(), now, environment });
}

const common = { help: "h", labels: ["host"], maxSeries: 10 };
const counted: MetricDefinition = { ...common, name: "counted", type: "counter", buckets: [] };
const level: MetricDefinition = { ...common, name: "level", type: "gauge", buckets: [] };
const took: MetricDefinition = { ...common, name: "took", type: "distribution", buckets: [1, 10] };

function values(...items: [MetricDefinition, string, number][]): Batch {
	return { signal: "metric", items: items.map(([definition, host, value]) => ({ definition, labels: [host], value })) };
}

const entry: LogEntry = {
	name: "slow",
	severity: "warning",
	timeNs: 1_700_000_000_123_456_789n,
	fields: [
		["path", "/books"],
		["code", 503],
		["share", 0.5],
		["cached", false],
		["list", [1, "a"]],
		["map", new Map([["k", "v"]])],
	],
};

const resource = { attributes: [{ key: "service.name", value: { stringValue: "sluice" } }] };
const host = (name: string) => [{ key: "host", value: { stringValue: name } }];
const times = { startTimeUnixNano: "1000000000", timeUnixNano: "2000000000" };

describe("otlp", () => {
	test("sends metrics as sums since it was opened, each series that has changed", async () => {
		const handler = await open();
		handler.define?.([counted, level, took]);
		await handler.handle(values([counted, "a", 1], [counted, "b", 1]));
		assert.equal(
			await handler.handle(values([counted, "a", 2], [level, "a", 5], [took, "a", 1], [took, "a", 11])),
			"delivered",
		);
		const metrics = [
			{
				...{ name: "counted", description: "h" },
				sum: {
					...{ aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE", isMonotonic: true },
					dataPoints: [{ attributes: host("a"), ...times, asDouble: 3 }],
				},
			},
			{
				...{ name: "level", description: "h" },
				gauge: { dataPoints: [{ attributes: host("a"), ...times, asDouble: 5 }] },
			},
			{
				...{ name: "took", description: "h" },
				histogram: {
					aggregationTemporality: "AGGREGATION_TEMPORALITY_CUMULATIVE",
					dataPoints: [
						{
							...{ attributes: host("a"), ...times, count: "2", sum: 12 },
							...{ bucketCounts: ["1", "0", "1"], explicitBounds: [1, 10] },
						},
					],
				},
			},
		];
		const { path, body, headers } = { ...receiver.requests[1] };
		assert.deepEqual([path, headers?.["content-type"]], ["/otlp/v1/metrics", "application/x-protobuf"]);
		assert.deepEqual(body, { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "sluice" }, metrics }] }] });
		await handler.close();
	});

	test("sends log entries with their time, severity, name and fields", async () => {
		const handler = await open({ resource: { "service.name": "edge" } });
		assert.equal(await handler.handle({ signal: "log", items: [entry] }), "delivered");
		const record = {
			...{ timeUnixNano: "1700000000123456789", observedTimeUnixNano: "2000000000" },
			...{
				severityNumber: "SEVERITY_NUMBER_WARN",
				severityText: "WARNING",
				eventName: "slow",
				body: { stringValue: "slow" },
			},
			attributes: [
				{ key: "path", value: { stringValue: "/books" } },
				{ key: "code", value: { intValue: "503" } },
				{ key: "share", value: { doubleValue: 0.5 } },
				{ key: "cached", value: { boolValue: false } },
				{ key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } } },
				{ key: "map", value: { kvlistValue: { values: [{ key: "k", value: { stringValue: "v" } }] } } },
			],
		};
		const edge = { attributes: [{ key: "service.name", value: { stringValue: "edge" } }] };
		assert.equal(receiver.requests[0]?.path, "/otlp/v1/logs");
		assert.deepEqual(receiver.requests[0]?.body, {
			resourceLogs: [{ resource: edge, scopeLogs: [{ scope: { name: "sluice" }, logRecords: [record] }] }],
		});
		await handler.close();
	});

	test("counts what comes again once, and sends what failed with what comes next", async () => {
		const handler = await open();
		handler.define?.([counted]);
		const batch = values([counted, "a", 1]);
		receiver.answers.push({ status: 503 }, { status: 429 }, { status: 503 });
		for (const status of [503, 429]) {
			await assert.rejects(async () => handler.handle(batch), { message: `answered ${status}` });
		}
		await assert.rejects(async () => handler.handle(batch));
		await handler.handle(values([counted, "b", 1]));
		assert.deepEqual(sumsOf(receiver.requests.at(-1)?.body), ["a 1", "b 1"]);
		receiver.answers.push({ status: 503 });
		await assert.rejects(async () => handler.handle(values([counted, "b", 1])));
		await handler.flush();
		assert.deepEqual(sumsOf(receiver.requests.at(-1)?.body), ["b 2"]);
		await handler.close();
	});

	test("tells what is refused for good, and how much of it", async () => {
		const handler = await open();
		const items = [entry, entry, entry];
		receiver.answers.push({ status: 400 }, { status: 200, body: partialLogs(2n, "too old") });
		assert.deepEqual(await handler.handle({ signal: "log", items }), { rejected: "http_400" });
		const partial = { rejected: "partial" };
		assert.deepEqual(await handler.handle({ signal: "log", items }), ["delivered", partial, partial]);
		await handler.close();
	});

	test("rejects, to be tried again, where nobody listens", async () => {
		const handler = await open({ endpoint: "http://127.0.0.1:1" });
		await assert.rejects(async () => handler.handle({ signal: "log", items: [entry] }), { code: "ECONNREFUSED" });
		await handler.close();
	});

	test("takes headers from the environment and from files", async () => {
		const file = join(folder, "token");
		await writeFile(file, "secret two\n");
		const headers = { "x-one": { env: "TOKEN" }, "x-two": { file } };
		const handler = await open({ headers }, { TOKEN: "secret one" });
		await handler.handle({ signal: "log", items: [entry] });
		const sent = receiver.requests[0]?.headers;
		assert.deepEqual([sent?.["x-one"], sent?.["x-two"]], ["secret one", "secret two"]);
		await handler.close();
	});

	for (const [what, config, message] of [
		[
			"a variable that is not there",
			{ headers: { a: { env: "NONE" } } },
			"config.headers.a.env: there is no environment variable NONE",
		],
		["a header from nowhere", { headers: { a: {} } }, "config.headers.a: name either env or file"],
		["a value that is no header's", { headers: { a: { env: "BAD" } } }, "config.headers.a: its value is no header's"],
		[
			"a certificate without its key",
			{ tls: { certificate: "c" } },
			"config.tls: certificate and key belong together: name both or none",
		],
		[
			"a file that is not there",
			{ tls: { authorities: "/nowhere/ca.pem" } },
			"config.tls.authorities: /nowhere/ca.pem cannot be read: ENOENT: no such file or directory, open '/nowhere/ca.pem'",
		],
	] as const) {
		test(`refuses ${what}, and prints no secret`, async () => {
			await assert.rejects(open(config, { BAD: "sec\nret" }), { name: "MixerError", code: "invalid", message });
		});
	}
});

/** What a receiver says that did not keep all log entries. */
function partialLogs(rejectedLogRecords: bigint, errorMessage: string): Uint8Array {
	const said = create(ExportLogsServiceResponseSchema, { partialSuccess: { rejectedLogRecords, errorMessage } });
	return toBinary(ExportLogsServiceResponseSchema, said);
}

/** Series and sums of a request for one counter. */
function sumsOf(body: unknown): string[] {
	const points = JSON.stringify(body).matchAll(/"asDouble":(\d+),"attributes":[^\]]*"stringValue":"(\w)"/g);
	return Array.from(points, ([, sum, name]) => `${name} ${sum}`);
}
