import { groupOf } from "./format.js";

/** How often a screen reader is told of new decisions at most, in milliseconds. */
const INTERVAL_MS = 5000;

/** Says how many decisions have come, never so often that nothing else can be heard. */
export class Announcer {
	/** @type {HTMLElement} */
	#element;
	#counts = { allowed: 0, refused: 0, failed: 0 };
	#isWaiting = false;

	/** @param {HTMLElement} element a polite live region */
	constructor(element) {
		this.#element = element;
	}

	/** @param {readonly import("./decision-filter.js").Decision[]} decisions */
	add(decisions) {
		for (const { attributes } of decisions) this.#counts[groupOf(String(attributes["check.outcome"] ?? "none"))]++;
		if (this.#isWaiting || decisions.length === 0) return;
		this.#isWaiting = true;
		this.#say();
		setTimeout(() => {
			this.#isWaiting = false;
			this.#say();
		}, INTERVAL_MS);
	}

	#say() {
		const { allowed, refused, failed } = this.#counts;
		if (allowed + refused + failed === 0) return;
		this.#element.textContent = `New decisions: ${allowed} allowed, ${refused} refused, ${failed} failed`;
		this.#counts = { allowed: 0, refused: 0, failed: 0 };
	}
}
