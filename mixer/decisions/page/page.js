import { Announcer } from "./announcer.js";
import { filterOf } from "./decision-filter.js";
import { DecisionTable } from "./decision-table.js";
import { followEvents } from "./event-stream.js";
import { counted } from "./format.js";
import { Overview } from "./overview.js";
import { RecordDialog } from "./record-dialog.js";

/** @typedef {import("./decision-filter.js").Decision} Decision */

/** Decisions that filters choose from. */
const MAX_KEPT = 1000;

const KEY_ITEM = "sluice-decisions-key";

/** @type {Decision[]} */
let kept = [];
/** Decisions that came while the table stands still. */
let held = 0;
let isPaused = false;
let server = "";
let lastNumber = 0;
let missed = 0;
let notShown = 0;

const form = get("filters", HTMLFormElement);
const dialog = get("record", HTMLDialogElement);
const pause = get("pause", HTMLButtonElement);
const record = new RecordDialog({ dialog, fields: element("record-fields"), close: element("record-close") });
const table = new DecisionTable(get("rows", HTMLTableSectionElement), (decision) => record.open(decision));
const announcer = new Announcer(element("announcement"));
const overview = new Overview({
	element,
	rates: get("rate-chart", SVGSVGElement),
	latencies: get("latency-chart", SVGSVGElement),
});

form.addEventListener("input", showAll);
form.addEventListener("submit", (event) => event.preventDefault());
// The fields are empty only after the event.
form.addEventListener("reset", () => setTimeout(showAll));
pause.addEventListener("click", togglePause);
start();

function start() {
	const key = takeKey();
	if (key === "") return refuse();
	followEvents("/decisions/stream", key, { event: onEvent, state: onState });
}

/** From the address, which keeps none of it; a reload finds it in the tab's own storage. */
function takeKey() {
	const given = /^#key=([\w-]+)$/.exec(location.hash)?.[1];
	if (given !== undefined) {
		sessionStorage.setItem(KEY_ITEM, given);
		history.replaceState(null, "", location.pathname);
	}
	return sessionStorage.getItem(KEY_ITEM) ?? "";
}

function refuse() {
	const notice = element("notice");
	notice.textContent =
		"The address has no key, or not the one of this server. “sluice decisions --config FOLDER”, on the server's machine and as its user, prints the whole address.";
	notice.hidden = false;
	setConnection("refused", "Not connected");
}

function onState(/** @type {"open" | "waiting" | "refused"} */ state, /** @type {string} */ reason) {
	if (state === "refused") refuse();
	else if (state === "open") setConnection("open", "Live");
	else setConnection("waiting", `Reconnecting: ${reason}`);
}

function setConnection(/** @type {string} */ state, /** @type {string} */ text) {
	const connection = element("connection");
	connection.dataset.state = state;
	connection.textContent = text;
}

function onEvent(/** @type {string} */ event, /** @type {any} */ value) {
	switch (event) {
		case "hello":
			return hello(value);
		case "decisions":
			return take(value.decisions);
		case "progress":
			notShown += value.notShown;
			overview.update(value.totals, value.seconds);
			return summarize();
		case "missed":
			missed += value.decisions;
			return summarize();
	}
}

/** What was there before a restart stays to be read; the counts are the new server's. */
function hello(/** @type {any} */ value) {
	if (value.server !== server) lastNumber = 0;
	server = value.server;
	overview.reset();
	overview.update(value.totals, value.seconds);
	keep(value.decisions);
	showAll();
}

function take(/** @type {Decision[]} */ decisions) {
	const fresh = keep(decisions);
	const { shows } = filterOf(form);
	const shown = fresh.filter(shows);
	announcer.add(shown);
	if (isPaused) held += shown.length;
	else table.add(shown);
	summarize();
}

/** @returns {Decision[]} those that were not known */
function keep(/** @type {Decision[]} */ decisions) {
	const fresh = decisions.filter(({ number }) => number > lastNumber);
	lastNumber = fresh.at(-1)?.number ?? lastNumber;
	kept = [...kept, ...fresh].slice(-MAX_KEPT);
	return fresh;
}

function showAll() {
	held = 0;
	table.show(kept.filter(filterOf(form).shows));
	summarize();
}

function togglePause() {
	isPaused = !isPaused;
	pause.setAttribute("aria-pressed", String(isPaused));
	if (!isPaused) showAll();
	else summarize();
}

function summarize() {
	const { isChosen } = filterOf(form);
	const parts = [`${counted(table.size)} shown of the latest ${counted(kept.length)}`];
	if (isPaused) parts.push(`paused, ${counted(held)} new`);
	if (notShown > 0) parts.push(`sampled: ${counted(notShown)} more were counted and not shown, there are too many`);
	if (missed > 0) parts.push(`${counted(missed)} lost: this page was too slow for them`);
	element("summary").textContent = parts.join(" · ");
	const empty = element("empty");
	empty.hidden = table.size > 0;
	empty.textContent =
		isChosen && kept.length > 0
			? "None of the latest decisions is like that."
			: "No decision yet. Send a request through Envoy: it shows within a second.";
}

function element(/** @type {string} */ id) {
	return get(id, HTMLElement);
}

/**
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
function get(id, kind) {
	const found = document.getElementById(id);
	if (found instanceof kind) return found;
	throw new Error(`the page has no ${kind.name} ${id}`);
}
