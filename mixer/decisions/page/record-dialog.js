import { durationOf } from "./format.js";

/** @typedef {import("./decision-filter.js").Decision} Decision */

const DURATIONS = new Set(["check.duration", "response.duration"]);

/** Shows one record whole, above the page; Escape closes it, and the focus goes back to where it was. */
export class RecordDialog {
	/** @type {HTMLDialogElement} */
	#dialog;
	/** @type {HTMLElement} */
	#fields;

	/** @param {{dialog: HTMLDialogElement, fields: HTMLElement, close: HTMLElement}} parts */
	constructor({ dialog, fields, close }) {
		this.#dialog = dialog;
		this.#fields = fields;
		close.addEventListener("click", () => dialog.close());
		// The dialog itself is hit beside its content.
		dialog.addEventListener("click", (event) => {
			if (event.target === dialog) dialog.close();
		});
	}

	/** @param {Decision} decision */
	open({ attributes }) {
		this.#fields.replaceChildren(
			...Object.entries(attributes).flatMap(([name, value]) => [cell("dt", name), cell("dd", shown(name, value))]),
		);
		this.#dialog.showModal();
		this.#dialog.scrollTop = 0;
	}
}

function cell(/** @type {"dt" | "dd"} */ tag, /** @type {string} */ text) {
	const element = document.createElement(tag);
	element.textContent = text;
	return element;
}

function shown(/** @type {string} */ name, /** @type {unknown} */ value) {
	if (DURATIONS.has(name)) return `${durationOf(value)} (${value} ns)`;
	if (typeof value !== "object" || value === null) return String(value);
	return Object.entries(value)
		.map(([key, each]) => `${key}: ${each}`)
		.join("\n");
}
