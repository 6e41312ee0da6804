import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import { inputRedactor } from "./input-redaction.ts";
import { REDACTED } from "./redacted.ts";

/** Attributes that can hold what is to be redacted. */
const SENSITIVE = [
	"request.headers",
	"request.header_values",
	"request.query_params",
	"request.query",
	"request.path",
	"request.referer",
	"check.input",
] as const;

/** Names whose values never reach a handler, in any case. */
export interface RedactionNames {
	readonly headers: readonly string[];
	readonly queryParameters: readonly string[];
}

/**
 * Replaces the values of secret headers and query parameters wherever a record can hold them, by the filter's own rule
 * (filters/attributes/redact-text.ts). The filter does it before it sends; this is the second net, for senders that did
 * not.
 */
export function redactor(names: RedactionNames): (record: TelemetryRecord) => TelemetryRecord {
	const headers = new Set(names.headers.map((name) => name.toLowerCase()));
	const parameters = new Set(names.queryParameters.map((name) => name.toLowerCase()));
	const url = (text: string) => redactUrl(text, parameters);
	// Any header may hold a URL.
	const header = (name: string, value: string) => (headers.has(name.toLowerCase()) ? REDACTED : url(value));
	return (record) => {
		// Most records hold nothing that could be secret, and a copy costs as much as the rest of decoding.
		if (SENSITIVE.every((name) => record[name] === undefined)) return record;
		const redacted: Mutable<TelemetryRecord> = { ...record };
		change(redacted, "request.headers", (values) => mapValues(values, header));
		change(redacted, "request.header_values", (values) => {
			return mapValues(values, (name, list) => list.map((value) => header(name, value)));
		});
		change(redacted, "request.query_params", (values) => {
			return mapValues(values, (name, value) => (parameters.has(name.toLowerCase()) ? REDACTED : value));
		});
		change(redacted, "request.query", (query) => redactQuery(query, parameters));
		change(redacted, "request.path", url);
		change(redacted, "request.referer", url);
		change(
			redacted,
			"check.input",
			inputRedactor({ url, header, query: (text) => redactQuery(text, parameters), parameters }),
		);
		return redacted;
	};
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function change<Name extends keyof TelemetryRecord>(
	record: Mutable<TelemetryRecord>,
	name: Name,
	redact: (value: NonNullable<TelemetryRecord[Name]>) => TelemetryRecord[Name],
): void {
	const value = record[name];
	if (value !== undefined && value !== null) record[name] = redact(value);
}

function mapValues<Value>(values: ReadonlyMap<string, Value>, change: (name: string, value: Value) => Value) {
	return new Map([...values].map(([name, value]) => [name, change(name, value)]));
}

/** A question mark or a hash begins something like a query. */
function redactUrl(url: string, secret: ReadonlySet<string>): string {
	const start = url.search(/[?#]/);
	return start < 0 ? url : url.slice(0, start) + redactQuery(url.slice(start), secret);
}

/** Semicolons, and what begins another query, separate as ampersands do: rather one value too many than one too few. */
function redactQuery(query: string, secret: ReadonlySet<string>): string {
	return query
		.split(/([?#&;])/)
		.map((pair) => redactPair(pair, secret))
		.join("");
}

function redactPair(pair: string, secret: ReadonlySet<string>): string {
	const equals = pair.indexOf("=");
	if (equals < 0 || !secret.has(decodeName(pair.slice(0, equals)))) return pair;
	return `${pair.slice(0, equals)}=${REDACTED}`;
}

function decodeName(name: string): string {
	const spaced = name.replaceAll("+", " ");
	try {
		return decodeURIComponent(spaced).toLowerCase();
	} catch {
		return spaced.toLowerCase();
	}
}
