import { microseconds, times } from "../numbers.ts";
import type { Report, VariantReport } from "../report.ts";
import { PROCESS_COLOURS } from "./style.ts";
import { element, line, text } from "./svg.ts";

const ROW_HEIGHT = 30;
const BAR_HEIGHT = 18;
const LABELS_WIDTH = 262;
/** Right of the longest bar, for its numbers. */
const NUMBERS_WIDTH = 190;
const TITLE_HEIGHT = 62;

/** A drawn part of the chart, from y = 0. */
export interface Panel {
	readonly height: number;
	readonly drawing: string;
}

/** A bar for each variant: CPU time of one request, stacked by process; a whisker from the least to the most round. */
export function cpuBars(report: Report, width: number): Panel {
	const most = Math.max(1, ...report.variants.map(({ numbers }) => numbers?.cpuUs.max ?? 0));
	const scale = (width - LABELS_WIDTH - NUMBERS_WIDTH) / most;
	const rows = report.variants.map((variant, index) => {
		const row = variant.numbers === undefined ? noteOf(variant) : barOf(variant.title, variant.numbers, scale);
		return element("g", { transform: `translate(0 ${TITLE_HEIGHT + index * ROW_HEIGHT})` }, ...row);
	});
	const title = text(0, 16, "CPU time of one request, all processes (µs)", { class: "title" });
	const drawing = [title, legend(report), ...rows].join("\n");
	return { height: TITLE_HEIGHT + report.variants.length * ROW_HEIGHT, drawing };
}

function barOf(title: string, numbers: NonNullable<VariantReport["numbers"]>, scale: number): readonly string[] {
	const { cpuUs, processes, timesBase } = numbers;
	const parts: string[] = [text(0, BAR_HEIGHT - 4, title)];
	let x = LABELS_WIDTH;
	for (const process of processes) {
		const width = Math.max(0, process.cpuUs.median * scale);
		const fill = PROCESS_COLOURS.get(process.name) ?? "#8b949e";
		parts.push(element("rect", { x, y: 0, width, height: BAR_HEIGHT, fill }));
		x += width;
	}
	const [least, most] = [cpuUs.min, cpuUs.max].map((value) => LABELS_WIDTH + value * scale);
	const y = BAR_HEIGHT / 2;
	parts.push(line({ x: least ?? 0, y }, { x: most ?? 0, y }, { class: "whisker" }));
	const factor = timesBase === undefined ? "" : `, ${times(timesBase.median)}`;
	const range = `${microseconds(cpuUs.median)} (${microseconds(cpuUs.min)}–${microseconds(cpuUs.max)})${factor}`;
	parts.push(text(Math.max(x, most ?? 0) + 8, BAR_HEIGHT - 4, range));
	return parts;
}

function noteOf({ title, note = "" }: VariantReport): readonly string[] {
	return [text(0, BAR_HEIGHT - 4, title), text(LABELS_WIDTH, BAR_HEIGHT - 4, note, { class: "soft" })];
}

function legend(report: Report): string {
	const used = new Set(report.variants.flatMap(({ numbers }) => numbers?.processes.map(({ name }) => name) ?? []));
	const entries = [...used].map((name, index) => {
		const x = LABELS_WIDTH + index * 90;
		const fill = PROCESS_COLOURS.get(name) ?? "#8b949e";
		return element("rect", { x, y: 32, width: 12, height: 12, fill }) + text(x + 18, 43, name, { class: "soft" });
	});
	return entries.join("");
}
