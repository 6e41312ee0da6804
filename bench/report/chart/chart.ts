import type { Report } from "../report.ts";
import { captionLines } from "../text.ts";
import { cpuBars } from "./cpu-bars.ts";
import { latencyLines } from "./latency-lines.ts";
import { STYLE } from "./style.ts";
import { element, text } from "./svg.ts";

const WIDTH = 960;
const MARGIN = 24;
const GAP = 28;
const CAPTION_LINE_HEIGHT = 18;

/** Characters of a caption's line: what surely fits the width. */
const CAPTION_LENGTH = 140;

/** bench.svg: CPU by process, p99 against rate, and in the caption where and how it was measured. */
export function chart(report: Report): string {
	const inner = WIDTH - 2 * MARGIN;
	const bars = cpuBars(report, inner);
	const lines = latencyLines(report, inner);
	const caption = captionLines(report).flatMap((words) => wrap(words, CAPTION_LENGTH));
	const linesTop = MARGIN + bars.height + GAP;
	const captionTop = linesTop + lines.height + GAP;
	const height = captionTop + caption.length * CAPTION_LINE_HEIGHT + MARGIN / 2;
	const parts = [
		element("style", {}, STYLE),
		element("rect", { class: "ground", width: WIDTH, height, rx: 6 }),
		at(MARGIN, bars.drawing),
		at(linesTop, lines.drawing),
		...caption.map((words, i) => text(MARGIN, captionTop + i * CAPTION_LINE_HEIGHT, words, { class: "soft" })),
	];
	const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
	return `${element("svg", { xmlns: "http://www.w3.org/2000/svg", ...size, role: "img" }, "\n", parts.join("\n"), "\n")}\n`;
}

function at(y: number, drawing: string): string {
	return element("g", { transform: `translate(${MARGIN} ${y})` }, "\n", drawing, "\n");
}

/** Breaks a text between words into lines of at most this many characters. */
export function wrap(words: string, length: number): readonly string[] {
	const lines: string[] = [];
	for (const word of words.split(" ")) {
		const last = lines.at(-1);
		if (last === undefined || last.length + word.length >= length) lines.push(word);
		else lines[lines.length - 1] = `${last} ${word}`;
	}
	return lines;
}
