import { escapeControls } from "../../mixer/adapters/escape.ts";
import type { SourceView } from "../../mixer/data-sources/running-source.ts";
import { formatTable } from "../revisions/table.ts";

const COLUMNS = [
	{ title: "NAME" },
	{ title: "ADAPTER" },
	{ title: "DATA" },
	{ title: "ENTRIES", isNumber: true },
	{ title: "AGE", isNumber: true },
	{ title: "STATE" },
	{ title: "NEXT", isNumber: true },
];

/** A line for each source, and below it what went wrong with its last reading. */
export function describeSources(sources: readonly SourceView[]): string {
	if (sources.length === 0) return "no data sources\n";
	const rows = sources.map(({ name, adapter, path, entries, ageMs, state, onExpired, nextRefreshMs }) => [
		name,
		adapter,
		`data.${path.replaceAll("/", ".")}`,
		entries === null ? "-" : String(entries),
		ageMs === null ? "-" : seconds(ageMs),
		state === "fresh" ? state : `${state}: ${onExpired}`,
		seconds(nextRefreshMs),
	]);
	const errors = sources.flatMap(({ name, lastError }) =>
		lastError === null ? [] : [`${name}: ${escapeControls(lastError.replaceAll("\n", "; "))}\n`],
	);
	return `${formatTable(COLUMNS, rows)}${errors.join("")}`;
}

function seconds(ms: number): string {
	return `${Math.round(ms / 1000)} s`;
}
