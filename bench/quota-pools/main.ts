// A pool for all workers of an Envoy, against one in each: node bench/quota-pools/main.ts [WINDOWS] writes bench/results/quota-pools.md.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";
import { type Arrangement, type Measured, measurePools } from "./measure.ts";

const DEFAULT_WINDOWS = 1;

/** Microseconds of Envoy's CPU for one read and one write of shared data, and for one call with its answer; see bench/README.md. */
const READ_US = 1.4;
const WRITE_US = 0.7;
const CALLOUT_US = 85;

const windows = Number(process.argv[2] ?? DEFAULT_WINDOWS);
if (!Number.isInteger(windows) || windows < 1)
	throw new Error("the number of windows must be a whole number from 1 on");

const results: Measured[] = [];
for (const limit of [100, 1000, 10_000]) {
	for (const workers of [2, 8]) {
		for (const demand of [0.5, 2]) {
			for (const pools of ["shared", "each"] as const) results.push(await measure({ pools, workers, limit, demand }));
		}
	}
}
const text = table(results);
await writeFile(join(checkout, "bench/results/quota-pools.md"), text);
process.stdout.write(text);

function measure(arrangement: Arrangement): Promise<Measured> {
	const { pools, workers, limit, demand } = arrangement;
	process.stderr.write(`limit ${limit}, ${workers} workers, ${demand} times the limit, ${pools}\n`);
	return measurePools(arrangement, windows);
}

function table(rows: readonly Measured[]): string {
	const head = ["limit", "workers", "demand", "pools", "calls", "waits", "reads", "writes", "µs, shared data", "µs, calls", "of what may pass"]; // biome-ignore format: a row
	const lines = rows.map((row) => [
		row.limit.toLocaleString("en"),
		String(row.workers),
		`${row.demand} ×`,
		row.pools === "shared" ? "one for all workers" : "one in each worker",
		row.callouts.toFixed(3),
		row.waits.toFixed(3),
		row.reads.toFixed(2),
		row.writes.toFixed(2),
		row.pools === "shared" ? (row.reads * READ_US + row.writes * WRITE_US).toFixed(1) : "0: in the VM",
		(row.callouts * CALLOUT_US).toFixed(1),
		`${(100 * row.share).toFixed(1)} %`,
	]);
	const format = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return `# A pool for all workers, and one in each

\`npm run bench:pools\`: the real filter and the real store on a virtual clock, three Envoys, one key of a quota, windows of 10 s (${windows}), calls that
take 2 ms. All numbers but the limit are for one request. Microseconds are of Envoy's CPU: reads and writes at ${READ_US} and ${WRITE_US}, calls at ${CALLOUT_US}
each, as they were measured in a real one. What one in each worker reads and writes would stand in the VM's memory, and cost nothing.

${[format(head), format(head.map(() => "---")), ...lines.map(format)].join("\n")}
`;
}
