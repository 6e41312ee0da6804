import { microseconds, milliseconds, range, spread, times } from "./numbers.ts";
import { baseTitle, type Report, type VariantReport } from "./report.ts";

/** Rows of cells; the first row is the head. */
export type Table = readonly (readonly string[])[];

/** CPU and latency of each variant as fast as answers come. */
export function cpuTable(report: Report): Table {
	const times = `times ${baseTitle(report)}`;
	return [
		["variant", "CPU µs/request", "of it", times, "above it, µs", "p50 ms", "p99 ms"],
		...report.variants.map(cpuRow),
	];
}

function cpuRow({ title, state, note, numbers }: VariantReport): readonly string[] {
	if (numbers === undefined) return [title, state === "failed" ? `failed: ${note}` : (note ?? ""), "", "", "", "", ""];
	const { cpuUs, processes, timesBase, aboveBaseUs, medianAboveBaseUs: median, p50Us, p99Us } = numbers;
	return [
		title,
		spread(cpuUs, microseconds),
		processes.map((process) => `${process.name} ${microseconds(process.cpuUs.median)}`).join(" + "),
		timesBase === undefined ? "" : spread(timesBase, times),
		aboveBaseUs === undefined
			? ""
			: spread(aboveBaseUs, microseconds) + (median === undefined ? "" : `, median ${range(median, microseconds)}`),
		spread(p50Us, milliseconds),
		spread(p99Us, milliseconds),
	];
}

/** p99 of each variant at each rate; the head alone where there were no paced loads. */
export function pacedTable({ variants }: Report): Table {
	const measured = variants.flatMap(({ title, numbers }) => (numbers === undefined ? [] : [{ title, numbers }]));
	const rates = measured[0]?.numbers.paced.map(({ ratePerSecond }) => ratePerSecond) ?? [];
	const head = ["p99 ms at", ...rates.map((rate) => `${rate}/s`)];
	if (rates.length === 0) return [head];
	const rows = measured.map(({ title, numbers }) => [
		title,
		...numbers.paced.map(({ isHeld, p99Us }) => (isHeld ? spread(p99Us, milliseconds) : "does not keep up")),
	]);
	return [head, ...rows];
}

/** A table for a terminal: columns aligned, a line below the head. */
export function plainTable(table: Table): string {
	const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => width(row, column, table))));
	const lines = table.map((row) =>
		row
			.map((cell, i) => cell.padEnd(widths[i] ?? 0))
			.join("  ")
			.trimEnd(),
	);
	return [lines[0], widths.map((size) => "─".repeat(size)).join("  "), ...lines.slice(1), ""].join("\n");
}

/** A cell's own width. What stands alone in its row, such as a reason, may reach over the empty cells after it. */
function width(row: readonly string[], column: number, table: Table): number {
	const hasMore = row.slice(column + 1).some((cell) => cell !== "");
	const isLast = column + 1 === (table[0] ?? []).length;
	return column === 0 || hasMore || isLast ? (row[column] ?? "").length : 0;
}

/** The same in Markdown. */
export function markdownTable(table: Table): string {
	const line = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
	const [head = [], ...rows] = table;
	return `${line(head)}|${" --- |".repeat(head.length)}\n${rows.map(line).join("")}`;
}
