/** Outcomes of somebody's rule; what is neither these nor allowed is a failure. */
const REFUSED = new Set(["denied", "quota_denied"]);

const NS_PER_US = 1000;

/**
 * What an outcome means to a person who watches.
 *
 * @param {string} outcome
 * @returns {"allowed" | "refused" | "failed"}
 */
export function groupOf(outcome) {
	if (outcome === "allowed") return "allowed";
	return REFUSED.has(outcome) ? "refused" : "failed";
}

/**
 * 12.3 µs, 4.5 ms, 1.2 s.
 *
 * @param {number} us microseconds
 */
export function duration(us) {
	if (us < 1000) return `${digits(us)} µs`;
	return us < 1_000_000 ? `${digits(us / 1000)} ms` : `${digits(us / 1_000_000)} s`;
}

/**
 * A duration as records have it.
 *
 * @param {unknown} ns nanoseconds
 */
export function durationOf(ns) {
	return typeof ns === "number" ? duration(ns / NS_PER_US) : "–";
}

/**
 * The hour in this place, with milliseconds; the text itself where it is no time.
 *
 * @param {unknown} text RFC 3339
 */
export function timeOfDay(text) {
	const date = new Date(typeof text === "string" ? text : "");
	if (Number.isNaN(date.getTime())) return "–";
	const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
		String(part).padStart(2, "0"),
	);
	return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * A text, or a dash where there is none.
 *
 * @param {unknown} value
 */
export function textOf(value) {
	return value === undefined || value === "" ? "–" : String(value);
}

/**
 * 1,234
 *
 * @param {number} count
 */
export function counted(count) {
	return count.toLocaleString("en");
}

/** Three digits that matter. */
function digits(/** @type {number} */ value) {
	return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
