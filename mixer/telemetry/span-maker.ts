import type { SpanRule } from "../../galley/telemetry-rule.ts";
import type { FieldValue, Span } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import { fieldReaders, readFields } from "./field-reader.ts";
import { spanEvents } from "./span-events.ts";
import { errorType } from "./span-status.ts";

/**
 * Characters of a text in a span. Clients choose paths and headers, and a receiver refuses a request over its limit
 * (a Collector's: 4 MiB) with all the spans in it.
 */
const MAX_TEXT = 1024;

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

export interface SpanMakerOptions {
	readonly rule: SpanRule;
	readonly expressions: Expressions;
}

/** Makes a span of a record; nothing where it doesn't match, or the request has none: its trace is not sampled. */
export function spanMaker({ rule, expressions }: SpanMakerOptions): (record: TelemetryRecord) => Span | undefined {
	const { spanKind: kind } = rule;
	const matches = rule.match.map((text) => expressions.evaluate(text));
	const title = expressions.evaluate(rule.title);
	const readers = fieldReaders(rule.fields, expressions);
	return (record) => {
		const ids = spanIds(record);
		if (ids === undefined || !matches.every((isMatch) => isMatch(record) === true)) return undefined;
		const name = title(record);
		const error = errorType(record, kind);
		const attributes = readFields(readers, record).map(([field, value]) => [field, bounded(value)] as const);
		return {
			name: typeof name === "string" && name !== "" ? name.slice(0, MAX_TEXT) : rule.name,
			...ids,
			kind,
			...spanTimes(record),
			status: error === undefined ? "unset" : "error",
			attributes: error === undefined ? attributes : [...attributes, ["error.type", bounded(error)]],
			events: rule.events ? spanEvents(record) : [],
		};
	};
}

/** What a proxy reports is held against the form of ids once more: a receiver refuses all of a request for one. */
function spanIds(record: TelemetryRecord): Pick<Span, "traceId" | "spanId" | "parentSpanId"> | undefined {
	const { "trace.id": traceId, "trace.span_id": spanId, "trace.parent_span_id": parentSpanId } = record;
	if (record["trace.sampled"] !== true || traceId === undefined || spanId === undefined) return undefined;
	if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined;
	return { traceId, spanId, ...(parentSpanId !== undefined && SPAN_ID.test(parentSpanId) && { parentSpanId }) };
}

/** From the request's first byte to the response's last; a stream that ended before it had one has the record's time. */
function spanTimes(record: TelemetryRecord): Pick<Span, "startNs" | "endNs"> {
	const madeNs = positive(record["context.time"]) ?? 0n;
	const startNs = positive(record["request.time"]) ?? madeNs;
	const duration = record["response.duration"];
	const endNs = duration === undefined ? madeNs : startNs + BigInt(Math.trunc(duration));
	return { startNs, endNs: endNs < startNs ? startNs : endNs };
}

function positive(timeNs: bigint | undefined): bigint | undefined {
	return timeNs !== undefined && timeNs > 0n ? timeNs : undefined;
}

function bounded(value: FieldValue): FieldValue {
	if (typeof value === "string") return value.slice(0, MAX_TEXT);
	if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, bounded(item)]));
	return Array.isArray(value) ? value.map(bounded) : value;
}
