import { counted, duration, groupOf } from "./format.js";
import { drawLatencies, drawRates, SECONDS } from "./second-chart.js";

/** @typedef {import("./second-chart.js").Second} Second */

/** The counters and charts: exact, whatever is shown below. */
export class Overview {
	/** @type {(id: string) => HTMLElement} */
	#element;
	/** @type {SVGSVGElement} */
	#rates;
	/** @type {SVGSVGElement} */
	#latencies;
	/** @type {Second[]} */
	#seconds = [];

	/** @param {{element: (id: string) => HTMLElement, rates: SVGSVGElement, latencies: SVGSVGElement}} parts */
	constructor({ element, rates, latencies }) {
		this.#element = element;
		this.#rates = rates;
		this.#latencies = latencies;
	}

	/** Forgets what another server counted. */
	reset() {
		this.#seconds = [];
	}

	/**
	 * @param {Record<string, number>} totals by outcome
	 * @param {readonly Second[]} seconds those that have ended since
	 */
	update(totals, seconds) {
		this.#seconds = [...this.#seconds, ...seconds].slice(-SECONDS);
		this.#showTotals(totals);
		drawRates(this.#rates, this.#seconds);
		drawLatencies(this.#latencies, this.#seconds);
		this.#describe();
	}

	#showTotals(/** @type {Record<string, number>} */ totals) {
		const groups = { all: 0, allowed: 0, refused: 0, failed: 0 };
		for (const [outcome, count] of Object.entries(totals)) {
			groups[groupOf(outcome)] += count;
			groups.all += count;
		}
		for (const [group, count] of Object.entries(groups)) this.#element(`total-${group}`).textContent = counted(count);
	}

	/** The last second in words, for who does not see the charts as well. */
	#describe() {
		const last = this.#seconds.at(-1);
		if (last === undefined) return;
		const { allowed, refused, failed, p50Us, p99Us } = last;
		const rate = `${counted(allowed + refused + failed)}/s`;
		this.#element("rate-now").textContent = rate;
		this.#rates.setAttribute(
			"aria-label",
			`Decisions a second over two minutes. In the last second ${allowed} allowed, ${refused} refused, ${failed} failed`,
		);
		const sums = this.#seconds.map((second) => second.allowed + second.refused + second.failed);
		this.#element("rate-peak").textContent = `highest ${counted(Math.max(...sums))}/s`;
		const slowest = Math.max(...this.#seconds.map((second) => second.p99Us ?? 0));
		this.#element("latency-peak").textContent = slowest > 0 ? `highest ${duration(slowest)}` : "";
		const took = p50Us === undefined || p99Us === undefined ? "–" : `${duration(p50Us)} · ${duration(p99Us)}`;
		this.#element("latency-now").textContent = took;
		this.#latencies.setAttribute(
			"aria-label",
			`Time of a decision over two minutes. In the last second median and 99th percentile: ${took}`,
		);
	}
}
