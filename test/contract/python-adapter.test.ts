import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { loadConfiguration } from "../../cli/up/prepare.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { configurationFolder, policyYaml } from "../galley/folder.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { type RunningMixer, runMixer } from "../mixer/server/running-mixer.ts";
import { AnswerCutter, http2Wire } from "../support/answer-cutter.ts";
import { metricLines } from "../support/metric-lines.ts";
import { PythonAdapter } from "../support/python-adapter.ts";
import { scaled } from "../support/scale.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Times that the adapter is killed, and that an answer of its is lost. */
const FAULTS = scaled({ quick: 2, full: 20 });
const BATCHES = 5;
const BATCH_RECORDS = 20;

/** Longest wait for what was sent to arrive, a restart of Python included. */
const TIMEOUT_MS = 30_000;

async function mixerFor(t: TestContext, { port, settings }: { port: number; settings: object }): Promise<RunningMixer> {
	const config = JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, settings });
	const handler = `---\napiVersion: sluice.dev/v1alpha1\nkind: Handler\nmetadata: {name: rows}\n`;
	const text = `${policyYaml("books")}${handler}spec: {adapter: grpc, config: ${config}}\n`;
	const dir = await configurationFolder(t, { "all.yaml": text });
	const handlers = handlerSpecs(await loadConfiguration(dir, { stderr: process.stderr }));
	return runMixer(t, { options: { handlers } });
}

/** Ids of the requests that stand in the file. */
function idsIn(file: string): string[] {
	if (!existsSync(file)) return [];
	const db = new DatabaseSync(file);
	try {
		return db
			.prepare("SELECT id FROM requests")
			.all()
			.map(({ id }) => String(id));
	} finally {
		db.close();
	}
}

test("records arrive at an adapter in Python once each, though it is killed and its answers are lost", async (t) => {
	const file = join(await temporaryFolder(), "rows.db");
	const adapter = await PythonAdapter.start(t);
	const front = await AnswerCutter.start(t, { to: adapter.port, wire: http2Wire });
	const { client, admin, mixer } = await mixerFor(t, { port: front.port, settings: { file } });
	let sent = 0;
	const send = async (batches: number) => {
		for (let i = 0; i < batches; i++) await client.report(batchOf(sent++));
	};
	const arrived = () =>
		waitUntil({
			what: `${sent * BATCH_RECORDS} records in the file`,
			timeoutMs: TIMEOUT_MS,
			probe: async () => idsIn(file).length >= sent * BATCH_RECORDS,
		});
	await send(1);
	await arrived();
	for (let fault = 1; fault <= FAULTS; fault++) {
		front.cut();
		await send(BATCHES);
		const probe = async () => front.cuts === fault;
		await waitUntil({ what: "an answer that is lost", timeoutMs: TIMEOUT_MS, probe });
		await adapter.kill();
		await send(BATCHES);
		await adapter.run();
		await arrived();
	}
	const expected = sent * BATCH_RECORDS;
	const settled = async () => metricLines((await admin("/metrics")).body, "sluice_handler_records_delivered_total");
	const probe = async () => (await settled()).some(({ value }) => value === expected);
	await waitUntil({ what: "every record counted as delivered", timeoutMs: TIMEOUT_MS, probe });
	await mixer.stop();
	const ids = idsIn(file);
	assert.deepEqual([ids.length, new Set(ids).size], [expected, expected]);
	const db = new DatabaseSync(file);
	t.after(() => db.close());
	assert.deepEqual(db.prepare("SELECT name FROM sessions").all(), [], "the session has ended");
	const row = db.prepare("SELECT method, path, code, attributes FROM requests WHERE id = '0-1'").get();
	assert.deepEqual([row?.method, row?.path, row?.code], ["POST", "/books", 201]);
	assert.deepEqual(JSON.parse(String(row?.attributes)), {
		"request.id": "0-1",
		"request.method": "POST",
		"request.time": "2023-11-14T22:13:20.123456789Z",
		"request.url_path": "/books",
		"response.code": 201,
		"response.duration": 1_500_000,
	});
});

test("an adapter in Python says what is wrong with its settings when the configuration is loaded", async (t) => {
	const { port } = await PythonAdapter.start(t);
	const settings = { file: "/none/rows.db", table: "t" };
	await assert.rejects(mixerFor(t, { port, settings }), {
		message:
			"handler rows (grpc): config.settings.table: is not known: there is file; config.settings.file: there is no folder /none: make it, or name another file",
	});
});

function batchOf(number: number) {
	const records = Array.from({ length: BATCH_RECORDS }, (_, i) => ({
		"request.id": { string: `${number}-${i}` },
		"request.method": { string: i % 2 === 0 ? "GET" : "POST" },
		"request.url_path": { string: "/books" },
		"request.time": { timestampNs: 1_700_000_000_123_456_789n },
		"response.code": { int64: i % 2 === 0 ? 200n : 201n },
		"response.duration": { durationNs: 1_500_000n },
	}));
	return reportBatch(records, { sequence: BigInt(number + 1) });
}
