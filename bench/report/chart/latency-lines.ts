import { milliseconds } from "../numbers.ts";
import type { PacedReport, Report } from "../report.ts";
import type { Panel } from "./cpu-bars.ts";
import { spreadLabels } from "./spread-labels.ts";
import { variantColour } from "./style.ts";
import { element, line, type Point, text } from "./svg.ts";

const PLOT = { left: 56, top: 34, height: 300 } as const;
/** Right of the plot, for the variants' names. */
const NAMES_WIDTH = 300;
const AXIS_HEIGHT = 44;
const LABEL_HEIGHT = 17;

interface Curve {
	readonly title: string;
	readonly colour: string;
	/** The rates it kept up with. */
	readonly held: readonly PacedReport[];
	readonly keptUp: boolean;
}

/** A line for each variant: p99 against the rate, both logarithmic, up to the last rate that it kept up with. */
export function latencyLines(report: Report, width: number): Panel {
	const curves = report.variants.flatMap(({ title, numbers }, index): readonly Curve[] => {
		const held = numbers?.paced.filter(({ isHeld }) => isHeld) ?? [];
		if (numbers === undefined || held.length === 0) return [];
		return [{ title, colour: variantColour(index), held, keptUp: held.length === numbers.paced.length }];
	});
	const points = curves.flatMap(({ held }) => held);
	const title = text(0, 16, "p99 latency (ms) against requests a second", { class: "title" });
	if (points.length === 0) return { height: 0, drawing: "" };
	const rates = [...new Set(points.map(({ ratePerSecond }) => ratePerSecond))].sort((a, b) => a - b);
	const ticks = ticksAround(points.flatMap(({ p99Us }) => [p99Us.min, p99Us.max]));
	const right = width - NAMES_WIDTH;
	const x = logScale(rates, PLOT.left + 20, right - 20);
	const y = logScale(ticks, PLOT.top + PLOT.height, PLOT.top);
	const axes = [
		...ticks.map((tick) => horizontal(y(tick), right, milliseconds(tick))),
		...rates.map((rate) =>
			text(x(rate), PLOT.top + PLOT.height + 20, String(rate), { "text-anchor": "middle", class: "soft" }),
		),
	];
	const at = ({ ratePerSecond, p99Us }: PacedReport) => ({ x: x(ratePerSecond), y: y(p99Us.median) });
	const ends = curves.map(({ held }) => y(held.at(-1)?.p99Us.median ?? 0));
	const places = spreadLabels(ends, { gap: LABEL_HEIGHT, max: PLOT.top + PLOT.height });
	const drawn = curves.map((curve, index) => {
		const whiskers = curve.held.map(({ ratePerSecond, p99Us }) =>
			line(
				{ x: x(ratePerSecond), y: y(p99Us.min) },
				{ x: x(ratePerSecond), y: y(p99Us.max) },
				{ stroke: curve.colour, "stroke-opacity": 0.45 },
			),
		);
		return [
			...whiskers,
			curveOf(curve, curve.held.map(at)),
			nameOf(curve, at, { x: right, y: places[index] ?? 0 }),
		].join("");
	});
	return { height: PLOT.top + PLOT.height + AXIS_HEIGHT, drawing: [title, ...axes, ...drawn].join("\n") };
}

function horizontal(y: number, right: number, label: string): string {
	const grid = line({ x: PLOT.left, y }, { x: right, y }, { class: "grid" });
	return grid + text(PLOT.left - 8, y + 4, label, { "text-anchor": "end", class: "soft" });
}

function curveOf({ colour }: Curve, points: readonly Point[]): string {
	const path = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
	const dots = points.map(({ x, y }) => element("circle", { cx: x, cy: y, r: 3.5, fill: colour }));
	return element("polyline", { points: path, fill: "none", stroke: colour, "stroke-width": 2 }) + dots.join("");
}

/** The name at the right, tied to the line's end. */
function nameOf(curve: Curve, at: (point: PacedReport) => Point, place: Point): string {
	const last = curve.held.at(-1);
	if (last === undefined) return "";
	const from = at(last);
	const tie = line(
		{ x: from.x + 5, y: from.y },
		{ x: place.x + 10, y: place.y },
		{ stroke: curve.colour, "stroke-opacity": 0.6, "stroke-dasharray": "2 3" },
	);
	const limit = curve.keptUp ? "" : ` (to ${last.ratePerSecond}/s)`;
	return tie + text(place.x + 14, place.y + 4, curve.title + limit, { class: "soft" });
}

/** Round values of a logarithmic axis that hold all of these. */
export function ticksAround(values: readonly number[]): readonly number[] {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const ticks: number[] = [];
	for (let power = Math.floor(Math.log10(least)); 10 ** power < most * 10; power++) {
		ticks.push(...[1, 2, 5].map((digit) => digit * 10 ** power));
	}
	const first = ticks.findLastIndex((tick) => tick <= least);
	const last = ticks.findIndex((tick) => tick >= most);
	return ticks.slice(Math.max(0, first), last + 1);
}

function logScale(values: readonly number[], from: number, to: number): (value: number) => number {
	const [least, most] = [Math.min(...values), Math.max(...values)].map(Math.log);
	const span = (most ?? 0) - (least ?? 0);
	return (value) => (span === 0 ? (from + to) / 2 : from + ((Math.log(value) - (least ?? 0)) / span) * (to - from));
}
