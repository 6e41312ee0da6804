import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Span } from "../signals.ts";
import {
	Span_SpanKind as SpanKind,
	type SpanSchema,
	Status_StatusCode as StatusCode,
} from "./api/generated/opentelemetry/proto/trace/v1/trace_pb.js";
import type { Resource, TracesRequest } from "./otlp-signal.ts";
import { attributes, unixNano } from "./otlp-value.ts";

const KINDS: Readonly<Record<Span["kind"], SpanKind>> = {
	server: SpanKind.SERVER,
	client: SpanKind.CLIENT,
	internal: SpanKind.INTERNAL,
};

const CODES: Readonly<Record<Span["status"], StatusCode>> = {
	unset: StatusCode.UNSET,
	ok: StatusCode.OK,
	error: StatusCode.ERROR,
};

/** Of SpanFlags: whether the parent is in another process is known, and it is. */
const REMOTE_PARENT = 0x300;
/** Of W3C's trace flags, which the lowest eight bits are: spans are made of sampled traces only. */
const SAMPLED = 0x01;

/** A request with spans. */
export function tracesRequest(spans: readonly Span[], resource: Resource): TracesRequest {
	return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "sluice" }, spans: spans.map(otlpSpan) }] }] };
}

function otlpSpan(span: Span): MessageInitShape<typeof SpanSchema> {
	const { name, traceId, spanId, parentSpanId, kind, startNs, endNs, status, events } = span;
	return {
		traceId: Buffer.from(traceId, "hex"),
		spanId: Buffer.from(spanId, "hex"),
		...(parentSpanId !== undefined && { parentSpanId: Buffer.from(parentSpanId, "hex") }),
		flags: parentSpanId === undefined ? SAMPLED : SAMPLED | REMOTE_PARENT,
		name,
		kind: KINDS[kind],
		startTimeUnixNano: unixNano(startNs),
		endTimeUnixNano: unixNano(endNs),
		attributes: attributes(span.attributes),
		events: events.map((event) => ({
			name: event.name,
			timeUnixNano: unixNano(event.timeNs),
			attributes: attributes(event.attributes),
		})),
		...(status !== "unset" && { status: { code: CODES[status] } }),
	};
}
