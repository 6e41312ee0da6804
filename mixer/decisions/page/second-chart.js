const SVG = "http://www.w3.org/2000/svg";

/** What the server keeps. */
export const SECONDS = 120;

const HEIGHT = 60;

/** Free space at the top, for the line's own width. */
const HEADROOM = 0.92;

/**
 * @typedef {object} Second
 * @property {number} at seconds since 1970
 * @property {number} allowed
 * @property {number} refused
 * @property {number} failed
 * @property {number} [p50Us]
 * @property {number} [p99Us]
 */

/**
 * Bars of one second each, stacked.
 *
 * @param {SVGSVGElement} svg
 * @param {readonly Second[]} seconds
 */
export function drawRates(svg, seconds) {
	begin(svg);
	const highest = Math.max(1, ...seconds.map(({ allowed, refused, failed }) => allowed + refused + failed));
	for (const [place, second] of placed(seconds)) {
		let bottom = HEIGHT;
		for (const group of /** @type {const} */ (["failed", "refused", "allowed"])) {
			if (second[group] === 0) continue;
			// What is there is seen, however few it is.
			const height = Math.max(1.5, (second[group] / highest) * HEIGHT * HEADROOM);
			bottom -= height;
			add(svg, "rect", { x: place + 0.1, y: bottom, width: 0.8, height, class: group });
		}
	}
}

/**
 * Two lines on a logarithmic scale; seconds without a decision leave a gap.
 *
 * @param {SVGSVGElement} svg
 * @param {readonly Second[]} seconds
 */
export function drawLatencies(svg, seconds) {
	begin(svg);
	const values = seconds.flatMap(({ p50Us, p99Us }) => [p50Us, p99Us]).filter((value) => value !== undefined);
	if (values.length === 0) return;
	const lowest = Math.log(Math.min(...values) / 2);
	const highest = Math.log(Math.max(...values) * 1.2);
	const y = (/** @type {number} */ us) => HEIGHT - ((Math.log(us) - lowest) / (highest - lowest)) * HEIGHT;
	for (const field of /** @type {const} */ (["p99Us", "p50Us"])) {
		let path = "";
		let before = -1;
		for (const [place, second] of placed(seconds)) {
			const us = second[field];
			if (us === undefined) continue;
			// A second by itself is a short stroke.
			path += before === place - 1 ? `L${place + 0.5} ${y(us)}` : `M${place} ${y(us)}L${place + 0.5} ${y(us)}`;
			before = place;
		}
		add(svg, "path", { d: path, class: field === "p50Us" ? "p50" : "p99" });
	}
}

function begin(/** @type {SVGSVGElement} */ svg) {
	svg.replaceChildren();
	svg.setAttribute("viewBox", `0 0 ${SECONDS} ${HEIGHT}`);
}

/** @returns {[number, Second][]} */
function placed(/** @type {readonly Second[]} */ seconds) {
	const last = seconds.at(-1)?.at ?? 0;
	return seconds
		.map((second) => /** @type {[number, Second]} */ ([SECONDS - 1 - (last - second.at), second]))
		.filter(([place]) => place >= 0);
}

function add(
	/** @type {SVGSVGElement} */ svg,
	/** @type {string} */ tag,
	/** @type {Record<string, string | number>} */ attributes,
) {
	const element = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
	svg.append(element);
}
