// What a record costs the Mixer: node bench/records/main.ts, or npm run bench:records. See bench/README.md.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startRecordMixer, type Variant } from "./record-mixer.ts";
import { BATCH_RECORDS, recordsBytes, reportBytes } from "./report-bytes.ts";

const VARIANTS: readonly Variant[] = ["decode", "handlers", "telemetry"];

/** Batches made while the clock stands. */
const MADE_BATCHES = 50;

/** Batches reported before the queues are waited for. */
const BATCHES_AT_ONCE = 20;

const { values } = parseArgs({
	options: {
		records: { type: "string", default: "500000" },
		"label-values": { type: "string", default: "3" },
		variants: { type: "string", default: VARIANTS.join(",") },
	},
});
const records = Number(values.records);
const labelValues = Number(values["label-values"]);
const variants = VARIANTS.filter((variant) => values.variants.split(",").includes(variant));
const columns = ["variant", "µs CPU a record", "records a second", "MiB at a tenth", "MiB at the end"];
process.stdout.write(`| ${columns.join(" | ")} |\n|${"---|".repeat(columns.length)}\n`);
for (const variant of variants) process.stdout.write(`| ${(await measure(variant)).join(" | ")} |\n`);

async function measure(variant: Variant): Promise<string[]> {
	const mixer = await startRecordMixer(join(import.meta.dirname, "../../policies"), variant);
	let sequence = 0;
	let cpuUs = 0;
	let wallMs = 0;
	let earlyBytes = 0;
	const run = async (batches: number) => {
		for (let done = 0; done < batches; done += MADE_BATCHES) {
			const made = Array.from({ length: MADE_BATCHES }, () => {
				return reportBytes(BigInt(++sequence), recordsBytes({ first: sequence * BATCH_RECORDS, values: labelValues }));
			});
			const startMs = performance.now();
			const start = process.cpuUsage();
			for (const [i, bytes] of made.entries()) {
				await mixer.report(bytes);
				if (i % BATCHES_AT_ONCE === 0) await mixer.settle();
			}
			await mixer.settle();
			const { user, system } = process.cpuUsage(start);
			cpuUs += user + system;
			wallMs += performance.now() - startMs;
		}
	};
	const batches = Math.ceil(records / BATCH_RECORDS / MADE_BATCHES) * MADE_BATCHES;
	// The compiler's work is no record's.
	await run(batches / 10);
	earlyBytes = process.memoryUsage.rss();
	[cpuUs, wallMs] = [0, 0];
	await run(batches);
	await mixer.stop();
	const count = batches * BATCH_RECORDS;
	const mib = (bytes: number) => (bytes / 1_048_576).toFixed(0);
	const rate = Math.round((count / wallMs) * 1000);
	return [variant, (cpuUs / count).toFixed(1), String(rate), mib(earlyBytes), mib(process.memoryUsage.rss())];
}
