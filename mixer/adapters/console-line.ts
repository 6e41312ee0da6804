import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { escapeControls } from "./escape.ts";

/** Characters of a path, a rule or an id that are shown: a line should stay a line. */
const MAX_SHOWN = 120;

/** One request for a person's eye: `12:01:09 DENY  403 GET /admin   staff_only    mixer  380µs 3f9a1c d-71c1`. */
export function consoleLine(record: TelemetryRecord): string {
	const request = `${shown(record["request.method"])} ${shown(record["request.url_path"])}`;
	return [
		localTime(record["request.time"]),
		decision(record).padEnd(5),
		String(record["response.code"] ?? "-").padEnd(3),
		request.padEnd(12),
		shown(rule(record)).padEnd(13),
		shown(record["check.placement"]).padEnd(6),
		duration(record["check.duration"]),
		shown(record["check.revision"]).slice(0, 6),
		shown(record["check.id"]),
	].join(" ");
}

function decision(record: TelemetryRecord): string {
	return escapeControls(record["check.decision"] ?? "none").toUpperCase();
}

/** What decided: the rule by name, else how it came out where that says more than the decision does. */
function rule(record: TelemetryRecord): string | undefined {
	const outcome = record["check.outcome"];
	const telling = outcome === "allowed" || outcome === "denied" ? undefined : outcome;
	return record["check.rule"] ?? telling;
}

function shown(text: string | undefined): string {
	if (text === undefined || text === "") return "-";
	const escaped = escapeControls(text);
	return escaped.length > MAX_SHOWN ? `${escaped.slice(0, MAX_SHOWN)}…` : escaped;
}

function localTime(ns: bigint | undefined): string {
	if (ns === undefined) return "--:--:--";
	return new Date(Number(ns / 1_000_000n)).toTimeString().slice(0, 8);
}

function duration(ns: number | undefined): string {
	if (ns === undefined) return "-";
	if (ns < 10_000_000) return `${Math.round(ns / 1000)}µs`;
	return ns < 10_000_000_000 ? `${Math.round(ns / 1_000_000)}ms` : `${Math.round(ns / 1_000_000_000)}s`;
}
