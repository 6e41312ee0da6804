// Memory over many records: node bench/records/memory.ts, or npm run bench:memory. See bench/README.md.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startRecordMixer } from "./record-mixer.ts";
import { BATCH_RECORDS, recordsBytes, reportBytes } from "./report-bytes.ts";

/** Batches reported before the queues are waited for. */
const BATCHES_AT_ONCE = 20;

const LINES = 10;

const { values } = parseArgs({
	options: {
		records: { type: "string", default: "10000000" },
		"label-values": { type: "string", default: "100000" },
	},
});
const labelValues = Number(values["label-values"]);
const batches = Math.ceil(Number(values.records) / BATCH_RECORDS / LINES) * LINES;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
const mixer = await startRecordMixer(join(import.meta.dirname, "../../policies"), "telemetry");
// Every label value once; they come again and again.
const contents = Array.from({ length: Math.ceil(labelValues / BATCH_RECORDS) }, (_, i) =>
	recordsBytes({ first: i * BATCH_RECORDS, values: labelValues }),
);
const columns = ["records", "resident MiB", "heap MiB", "series of sluice_decisions_total"];
process.stdout.write(`| ${columns.join(" | ")} |\n|${"---|".repeat(columns.length)}\n`);
for (let batch = 1; batch <= batches; batch++) {
	await mixer.report(reportBytes(BigInt(batch), contents[batch % contents.length] ?? new Uint8Array()));
	if (batch % BATCHES_AT_ONCE === 0) await mixer.settle();
	if (batch % (batches / LINES) === 0) process.stdout.write(`| ${(await state(batch)).join(" | ")} |\n`);
}
await mixer.stop();

async function state(batch: number): Promise<string[]> {
	await mixer.settle();
	const series = (await mixer.metrics()).match(/^sluice_decisions_total\{/gm)?.length ?? 0;
	collectGarbage();
	const { rss, heapUsed } = process.memoryUsage();
	return [batch * BATCH_RECORDS, mib(rss), mib(heapUsed), series].map(String);
}

function mib(bytes: number): string {
	return (bytes / 1_048_576).toFixed(0);
}
