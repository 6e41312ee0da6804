import { machineLine } from "../measure/machine.ts";
import type { Report } from "./report.ts";
import { cpuTable, markdownTable, pacedTable, plainTable } from "./tables.ts";

/** Where and how it was measured. */
export function captionLines(report: Report): readonly string[] {
	const { rounds, requests, connections, pacedSeconds } = report;
	const loads = hasPaced(report) ? `, paced loads of ${pacedSeconds} s` : "";
	return [
		`${machineLine(report.machine)}, Envoy ${report.envoy}, ${report.date}`,
		`${report.command}: ${rounds} ${rounds === 1 ? "round" : "rounds"} in random order, ${requests} requests over ` +
			`${connections} connections each${loads}; median (least–most of the rounds)`,
	];
}

/** The report for a terminal. */
export function reportText(report: Report): string {
	const tables = [cpuTable(report), ...(hasPaced(report) ? [pacedTable(report)] : [])].map(plainTable);
	return `\n${tables.join("\n")}\n${captionLines(report).join("\n")}\n`;
}

/** bench/results/README.md. */
export function reportMarkdown(report: Report): string {
	const [machine = "", command = ""] = captionLines(report);
	const paced = hasPaced(report) ? `## p99 latency at a fixed rate\n\n${markdownTable(pacedTable(report))}\n` : "";
	return `# results

What the last full run of \`npm run bench\` found; bench/README.md says how it measures and what each line is.

![CPU time of a request by process, and p99 latency against the rate of requests](bench.svg)

## CPU of all processes a request, and latency as fast as answers come

${markdownTable(cpuTable(report))}
${paced}${machine}.

${command}.
`;
}

function hasPaced(report: Report): boolean {
	return pacedTable(report).length > 1;
}
