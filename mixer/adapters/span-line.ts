import { jsonObject, jsonText } from "./json-line.ts";
import { jsonFields } from "./log-line.ts";
import { rfc3339 } from "./rfc3339.ts";
import type { Span, SpanEvent } from "./signals.ts";

/** One JSON object a line, by OpenTelemetry's names; times are RFC 3339. */
export function spanLine(span: Span): string {
	const { name, traceId, spanId, parentSpanId, kind, startNs, endNs, status, attributes, events } = span;
	return jsonObject([
		`"name":${jsonText(name)}`,
		`"traceId":${jsonText(traceId)}`,
		`"spanId":${jsonText(spanId)}`,
		...(parentSpanId === undefined ? [] : [`"parentSpanId":${jsonText(parentSpanId)}`]),
		`"kind":"${kind}"`,
		`"start":"${rfc3339(startNs)}"`,
		`"end":"${rfc3339(endNs)}"`,
		`"status":"${status}"`,
		`"attributes":${jsonFields(attributes)}`,
		`"events":[${events.map(eventText).join(",")}]`,
	]);
}

function eventText({ name, timeNs, attributes }: SpanEvent): string {
	return jsonObject([
		`"name":${jsonText(name)}`,
		`"time":"${rfc3339(timeNs)}"`,
		`"attributes":${jsonFields(attributes)}`,
	]);
}
