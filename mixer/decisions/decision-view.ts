import { rfc3339 } from "../adapters/rfc3339.ts";
import type { AttributeName, TelemetryRecord } from "../api/generated/vocabulary.ts";

/** What of a record is shown; the path without its query, and no headers. */
export const SHOWN_ATTRIBUTES: readonly AttributeName[] = [
	"request.time",
	"request.method",
	"request.host",
	"request.url_path",
	"request.id",
	"response.code",
	"response.code_details",
	"response.duration",
	"check.id",
	"check.decision",
	"check.outcome",
	"check.policy",
	"check.rule",
	"check.reason",
	"check.revision",
	"check.placement",
	"check.cached",
	"check.duration",
	"check.shadow",
	"quota.name",
	"quota.outcome",
	"quota.remaining",
	"trace.id",
	"context.reporter.uid",
];

/** Characters of a text that are shown: with 24 texts a decision stays far below 16 KiB. */
const MAX_TEXT = 512;

/** Shadow Policies that are shown. */
const MAX_ENTRIES = 16;

type ViewValue = string | number | boolean | { readonly [key: string]: string };

/** One decision as it is sent: by attribute's name, times as RFC 3339, durations in nanoseconds. */
export interface DecisionView {
	/** Counts up from 1 in one server. */
	readonly number: number;
	readonly attributes: { readonly [Name in AttributeName]?: ViewValue };
}

/** What is kept of a record: nothing of it is held on to. */
export function decisionView(record: TelemetryRecord, number: number): DecisionView {
	const attributes: { [Name in AttributeName]?: ViewValue } = {};
	for (const name of SHOWN_ATTRIBUTES) {
		const value = shown(record[name]);
		if (value !== undefined) attributes[name] = value;
	}
	return { number, attributes };
}

function shown(value: TelemetryRecord[AttributeName]): ViewValue | undefined {
	if (typeof value === "string") return cut(value);
	if (typeof value === "bigint") return rfc3339(value);
	if (value instanceof Map) {
		const entries = [...value].slice(0, MAX_ENTRIES);
		return Object.fromEntries(entries.map(([key, each]) => [cut(key), cut(String(each))]));
	}
	return typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function cut(text: string): string {
	return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
