import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { adapters } from "../../mixer/adapters/registry.ts";
import type { Backend, Conduct } from "../../mixer/conformance/harness.ts";
import { HttpBackend } from "../../mixer/conformance/http-backend.ts";
import { loadHarness } from "../../mixer/conformance/load-harness.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { keeper, runMixer } from "../mixer/server/running-mixer.ts";
import { logRule } from "../mixer/telemetry/rules.ts";
import { metricLines } from "../support/metric-lines.ts";
import { checkout } from "../support/programs.ts";
import { scaled } from "../support/scale.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** 1,000 records a second, in batches as filters send them. */
const BATCH_RECORDS = 100;
const BATCH_EVERY_MS = 100;

/** How long a backend behaves in one way. */
const CONDUCT_MS = scaled({ quick: 500, full: 10_000 });

/** More than all that comes: what is lost is lost by what the backend says, and not by a bound. */
const QUEUE = { queueRecords: 500_000, queueBytes: 1_000_000_000, timeoutMs: 2000 };

const TIMEOUT_MS = 60_000;

/** Killed and started again, hung, failing, slow (what it held is answered), refusing. */
const conducts: readonly Conduct[] = [
	"sound",
	"gone",
	"sound",
	"hanging",
	"sound",
	"failing",
	"sound",
	"refusing",
	"sound",
];

/** An entry for each record, for what takes no records. */
const entries = { records: false, rules: [logRule({ fields: [["id", "request.id"]] })] };

// Kafka is killed and stalled in test/contract/kafka.test.ts.
for (const word of ["webhook", "grpc", "otlp"]) {
	test(`${word}: whatever its backend does under 1,000 records a second, all are accounted for, and others get theirs once`, async (t) => {
		const adapter = adapters.get(word) ?? assert.fail(word);
		const harness = await loadHarness(join(checkout, `test/mixer/conformance/harnesses/${word}.ts`));
		const backend: Backend =
			harness.backend === "http" || harness.backend === "none"
				? await HttpBackend.start(harness)
				: await harness.backend();
		t.after(() => backend.stop());
		const config = harness.config({ url: backend.url, folder: await temporaryFolder() });
		const sound = keeper();
		const common = { records: true, rules: [], ...QUEUE };
		const handlers = [
			{ name: "faulty", adapter, config, ...common, ...(word === "otlp" && entries) },
			{ name: "sound", adapter: sound.adapter, config: {}, ...common },
		];
		const { environment = {} } = harness;
		const { client, admin } = await runMixer(t, { options: { handlers, environment, graceMs: 500 } });

		let batches = 0;
		let isOver = false;
		const reporting = (async () => {
			for (let nextMs = Date.now(); !isOver; nextMs += BATCH_EVERY_MS) {
				await client.report(batchOf(batches++));
				await setTimeout(Math.max(0, nextMs + BATCH_EVERY_MS - Date.now()));
			}
		})();
		for (const conduct of conducts) {
			await backend.behave(conduct);
			await setTimeout(CONDUCT_MS);
		}
		isOver = true;
		await reporting;
		const total = batches * BATCH_RECORDS;

		const ledger = async () => {
			const { body } = await admin("/metrics");
			const of = (what: string) => {
				return metricLines(body, `sluice_handler_records_${what}`).filter(({ labels }) => labels.handler === "faulty");
			};
			const sum = (what: string) => of(what).reduce((all, { value }) => all + value, 0);
			const reasons = of("dropped_total").flatMap(({ labels, value }) => (value > 0 ? [labels.reason ?? ""] : []));
			return {
				received: sum("received_total"),
				delivered: sum("delivered_total"),
				pending: sum("pending"),
				reasons,
				dropped: sum("dropped_total"),
			};
		};
		const probe = async () => (await ledger()).pending === 0;
		await waitUntil({ what: "every record settled", timeoutMs: TIMEOUT_MS, probe });
		const { received, delivered, dropped, reasons } = await ledger();
		assert.deepEqual([received, delivered + dropped], [total, total]);
		assert.ok(delivered > 0 && backend.reached() > 0);
		// Only what the backend refused for good, or what was tried to the end while it failed.
		const allowed = new Set(["http_400", "never", "retries_exhausted", "timeout"]);
		assert.deepEqual(
			reasons.filter((reason) => !allowed.has(reason)),
			[],
		);
		const ids = sound.records.map((record) => record["request.id"]);
		assert.deepEqual([ids.length, new Set(ids).size], [total, total]);
	});
}

function batchOf(number: number) {
	const records = Array.from({ length: BATCH_RECORDS }, (_, i) => ({ "request.id": { string: `${number}-${i}` } }));
	return reportBatch(records, { sequence: BigInt(number + 1) });
}
