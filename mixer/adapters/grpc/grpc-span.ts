import type { MessageInitShape } from "@bufbuild/protobuf";
import { Span_Kind, Span_Status, type SpanSchema } from "../../api/generated/adapter_pb.js";
import type { FieldValue, Span } from "../signals.ts";
import { fieldValue, timestamp, type ValueInit } from "./grpc-value.ts";

const KINDS: Readonly<Record<Span["kind"], Span_Kind>> = {
	internal: Span_Kind.INTERNAL,
	server: Span_Kind.SERVER,
	client: Span_Kind.CLIENT,
};

const STATUSES: Readonly<Record<Span["status"], Span_Status>> = {
	unset: Span_Status.UNSPECIFIED,
	ok: Span_Status.OK,
	error: Span_Status.ERROR,
};

/** A `Span` of adapter.proto. */
export function spanInit(span: Span): MessageInitShape<typeof SpanSchema> {
	const { name, traceId, spanId, parentSpanId = "", startNs, endNs } = span;
	return {
		...{ name, traceId, spanId, parentSpanId, kind: KINDS[span.kind], status: STATUSES[span.status] },
		...{ start: timestamp(startNs), end: timestamp(endNs), attributes: fieldsInit(span.attributes) },
		events: span.events.map((event) => ({
			name: event.name,
			time: timestamp(event.timeNs),
			attributes: fieldsInit(event.attributes),
		})),
	};
}

/** A list of `Field`. */
export function fieldsInit(
	fields: readonly (readonly [string, FieldValue])[],
): { readonly name: string; readonly value: ValueInit }[] {
	return fields.map(([name, value]) => ({ name, value: fieldValue(value) }));
}
