import { durationOf, groupOf, textOf, timeOfDay } from "./format.js";

/** @typedef {import("./decision-filter.js").Decision} Decision */

/** Rows in the table: more is not read, and makes a browser slow. */
const MAX_ROWS = 200;

/** Digits of a revision that people are shown. */
const SHORT_REVISION = 6;

/** The columns' classes and texts, in order; the path's cell is made apart. */
const COLUMNS = /** @type {readonly {of: (a: Record<string, any>) => string, css?: string}[]} */ ([
	{ of: (a) => timeOfDay(a["request.time"]), css: "time" },
	{ of: (a) => textOf(a["check.outcome"]), css: "outcome" },
	{ of: (a) => textOf(a["response.code"]), css: "number" },
	{ of: (a) => textOf(a["request.method"]), css: "wide" },
	{ of: (a) => textOf(a["request.url_path"]), css: "path" },
	{ of: (a) => textOf(a["check.rule"] ?? a["check.reason"]), css: "rule" },
	{ of: quotaText, css: "wide" },
	{ of: (a) => textOf(a["check.placement"]), css: "middle" },
	{ of: (a) => durationOf(a["check.duration"]), css: "number middle" },
	{ of: (a) => textOf(a["check.revision"]).slice(0, SHORT_REVISION), css: "wide mono" },
	{ of: (a) => textOf(a["check.id"]), css: "wide mono" },
]);

const PATH_COLUMN = 4;

/** The table's rows: newest first, one of them in the tab order, arrow keys between them. */
export class DecisionTable {
	/** @type {HTMLTableSectionElement} */
	#body;
	/** @type {(decision: Decision) => void} */
	#open;

	/**
	 * @param {HTMLTableSectionElement} body
	 * @param {(decision: Decision) => void} open
	 */
	constructor(body, open) {
		this.#body = body;
		this.#open = open;
		body.addEventListener("keydown", (event) => this.#keyDown(event));
	}

	/**
	 * Shows these and no others.
	 *
	 * @param {readonly Decision[]} decisions oldest first
	 */
	show(decisions) {
		this.#body.replaceChildren(
			...decisions
				.slice(-MAX_ROWS)
				.reverse()
				.map((decision) => this.#row(decision)),
		);
		this.#settle();
	}

	/**
	 * Shows these above what is there.
	 *
	 * @param {readonly Decision[]} decisions oldest first
	 */
	add(decisions) {
		for (const decision of decisions.slice(-MAX_ROWS)) {
			const row = this.#row(decision);
			row.classList.add("fresh");
			this.#body.prepend(row);
		}
		this.#settle();
	}

	/** How many there are. */
	get size() {
		return this.#body.rows.length;
	}

	#row(/** @type {Decision} */ decision) {
		const { attributes } = decision;
		const row = document.createElement("tr");
		row.className = groupOf(String(attributes["check.outcome"] ?? "none"));
		for (const [column, { of, css = "" }] of COLUMNS.entries()) {
			const cell = row.appendChild(document.createElement("td"));
			cell.className = css;
			if (column === PATH_COLUMN) cell.append(pathButton(attributes, of(attributes)));
			else cell.append(span(of(attributes)));
		}
		row.addEventListener("click", () => this.#open(decision));
		return row;
	}

	/** One button is in the tab order, the focused one if there is one; rows beyond the bound go, but for that. */
	#settle() {
		const rows = [...this.#body.rows];
		for (const row of rows.slice(MAX_ROWS)) if (!row.contains(document.activeElement)) row.remove();
		const buttons = this.#buttons();
		const current = buttons.find((button) => button === document.activeElement) ?? buttons[0];
		for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
	}

	#keyDown(/** @type {KeyboardEvent} */ event) {
		const buttons = this.#buttons();
		const at = buttons.findIndex((button) => button.matches(":focus"));
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
		const target = at < 0 || to === undefined ? undefined : buttons[to];
		if (target === undefined) return;
		event.preventDefault();
		for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
		target.focus();
	}

	#buttons() {
		return [...this.#body.querySelectorAll("button")];
	}
}

/** What a keyboard reaches: the row's name to a screen reader. */
function pathButton(/** @type {Record<string, any>} */ attributes, /** @type {string} */ path) {
	const button = document.createElement("button");
	button.type = "button";
	button.textContent = path;
	button.title = path;
	button.setAttribute("aria-haspopup", "dialog");
	button.setAttribute("aria-label", `${textOf(attributes["request.method"])} ${path}: open the record`);
	return button;
}

function span(/** @type {string} */ text) {
	const element = document.createElement("span");
	element.textContent = text;
	element.title = text;
	return element;
}

function quotaText(/** @type {Record<string, any>} */ attributes) {
	const name = attributes["quota.name"];
	if (name === undefined) return "–";
	const left = attributes["quota.remaining"];
	const outcome = attributes["quota.outcome"];
	const state = outcome === "granted" && left !== undefined ? `${left} left` : textOf(outcome);
	return `${name}: ${state}`;
}
