import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/** What stands in a record in the place of a secret. */
export const REDACTED = "[redacted]";

/** Headers that hold a query. */
const URL_HEADERS: ReadonlySet<string> = new Set([":path", "referer", "x-envoy-original-path"]);

/** Attributes that can hold what is to be redacted. */
const SENSITIVE = [
	"request.headers",
	"request.header_values",
	"request.query_params",
	"request.query",
	"request.path",
	"request.referer",
] as const;

/** Names whose values never reach a handler, in any case. */
export interface RedactionNames {
	readonly headers: readonly string[];
	readonly queryParameters: readonly string[];
}

/**
 * Replaces the values of secret headers and query parameters wherever a record can hold them. The filter does the same
 * before it sends; this is the second net, for senders that did not.
 */
export function redactor(names: RedactionNames): (record: TelemetryRecord) => TelemetryRecord {
	const headers = new Set(names.headers.map((name) => name.toLowerCase()));
	const parameters = new Set(names.queryParameters.map((name) => name.toLowerCase()));
	const url = (text: string) => redactUrl(text, parameters);
	const header = (name: string, value: string) => {
		if (headers.has(name.toLowerCase())) return REDACTED;
		return URL_HEADERS.has(name.toLowerCase()) ? url(value) : value;
	};
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

function redactUrl(url: string, secret: ReadonlySet<string>): string {
	const mark = url.indexOf("?");
	if (mark < 0) return url;
	return url.slice(0, mark + 1) + redactQuery(url.slice(mark + 1), secret);
}

function redactQuery(query: string, secret: ReadonlySet<string>): string {
	return query
		.split("&")
		.map((pair) => redactPair(pair, secret))
		.join("&");
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
