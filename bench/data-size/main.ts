// How much policy data costs a swap: node bench/data-size/main.ts [SWAPS] writes bench/results/data-size.md.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";
import { type DataSizeResult, measureDataSize } from "./measure.ts";

const ENTRIES = [10, 10_000, 100_000];
const DEFAULT_SWAPS = 10;

const swaps = Number(process.argv[2] ?? DEFAULT_SWAPS);
if (!Number.isInteger(swaps) || swaps < 1) throw new Error("the number of swaps must be a whole number from 1 on");

const results: DataSizeResult[] = [];
for (const entries of ENTRIES) {
	process.stderr.write(`${entries} entries: ${swaps} swaps\n`);
	results.push(await measureDataSize(entries, swaps));
}
const text = table(results, swaps);
await writeFile(join(checkout, "bench/results/data-size.md"), text);
process.stdout.write(text);

function table(rows: readonly DataSizeResult[], count: number): string {
	const head = ["entries", "JSON", "RSS of Envoy", "push to all workers", "longest request", "CPU a request"];
	const lines = rows.map((row) => [
		row.entries.toLocaleString("en"),
		megabytes(row.jsonBytes),
		megabytes(row.rssBytes),
		`${ms(row.pushMs.median)} (at most ${ms(row.pushMs.max)})`,
		ms(row.longestMs),
		`${Math.round(row.cpuUs)} µs`,
	]);
	const format = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return `# Policy data at size

\`npm run bench:data\`: an Envoy with two workers, 200 requests a second that each look one entry up, and ${count} swaps between two
revisions whose data differ. RSS is Envoy's after the swaps; the longest request is that of all swaps; CPU a request is
Envoy's whole, between the swaps. All parts share the machine.

${[format(head), format(head.map(() => "---")), ...lines.map(format)].join("\n")}
`;
}

function megabytes(bytes: number): string {
	return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}

function ms(value: number): string {
	return `${Math.round(value)} ms`;
}
