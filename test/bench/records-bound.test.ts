import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { startRecordMixer } from "../../bench/records/record-mixer.ts";
import { BATCH_RECORDS, recordsBytes, reportBytes } from "../../bench/records/report-bytes.ts";
import { metricLines } from "../support/metric-lines.ts";
import { checkout } from "../support/programs.ts";

/** Label values offered, and those kept: the default of the adapter's `maxSeries` and of a Telemetry's metric. */
const OFFERED = 100_000;
const KEPT = 10_000;

/** Records that the queues take at once. */
const AT_ONCE = 2000;

test("of 100,000 label values 10,000 and the overflow are kept, and every record is counted", async (t) => {
	const mixer = await startRecordMixer(join(checkout, "policies"), "telemetry");
	t.after(() => mixer.stop());
	for (let first = 0; first < OFFERED; first += BATCH_RECORDS) {
		await mixer.report(reportBytes(BigInt(first + 1), recordsBytes({ first, values: OFFERED })));
		if (first % AT_ONCE === 0) await mixer.settle();
	}
	await mixer.settle();
	const text = await mixer.metrics();
	const decisions = metricLines(text, "sluice_decisions_total");
	assert.equal(decisions.length, KEPT + 1);
	assert.equal(sum(decisions), OFFERED);
	assert.equal(decisions.find(({ labels }) => labels.rule === "__overflow__")?.value, OFFERED - KEPT);
	for (const name of ["sluice_requests_total", "sluice_request_duration_seconds_count", "istio_requests_total"]) {
		assert.equal(sum(metricLines(text, name)), OFFERED, name);
	}
});

function sum(lines: readonly { readonly value: number }[]): number {
	return lines.reduce((total, { value }) => total + value, 0);
}
