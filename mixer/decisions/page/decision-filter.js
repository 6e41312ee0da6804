import { groupOf } from "./format.js";

/** @typedef {{number: number, attributes: Record<string, any>}} Decision */

/** What the text is looked for in. */
const SEARCHED = [
	"request.method",
	"request.host",
	"request.url_path",
	"request.id",
	"response.code",
	"response.code_details",
	"check.id",
	"check.policy",
	"check.rule",
	"check.reason",
	"check.revision",
	"quota.name",
	"trace.id",
	"context.reporter.uid",
];

/**
 * What a person has chosen to see.
 *
 * @param {HTMLFormElement} form
 * @returns {{isChosen: boolean, shows: (decision: Decision) => boolean}}
 */
export function filterOf(form) {
	const data = new FormData(form);
	const outcome = String(data.get("outcome") ?? "");
	const placement = String(data.get("placement") ?? "");
	const words = String(data.get("text") ?? "")
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== "");
	return {
		isChosen: outcome !== "" || placement !== "" || words.length > 0,
		shows: ({ attributes }) =>
			hasOutcome(outcome, String(attributes["check.outcome"] ?? "none")) &&
			(placement === "" || (attributes["check.placement"] ?? "none") === placement) &&
			words.every((word) => holds(attributes, word)),
	};
}

function hasOutcome(/** @type {string} */ chosen, /** @type {string} */ outcome) {
	if (chosen === "") return true;
	if (chosen === "group:not-allowed") return outcome !== "allowed";
	return chosen.startsWith("group:") ? groupOf(outcome) === chosen.slice("group:".length) : outcome === chosen;
}

function holds(/** @type {Record<string, any>} */ attributes, /** @type {string} */ word) {
	return SEARCHED.some((name) =>
		String(attributes[name] ?? "")
			.toLowerCase()
			.includes(word),
	);
}
