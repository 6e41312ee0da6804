import { HeaderMap, removeHeader, replaceHeader } from "../host/headers";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { writeB3 } from "./b3";
import { TraceContext, TraceFormat } from "./trace-context";
import { TRACE_HEADER_NAMES, TraceHeader } from "./trace-headers";
import { TRACEPARENT_SIZE, writeTraceparent } from "./traceparent";

/** Two ids, a trace's, and what stands between them. */
const MAX_B3_SIZE: i32 = 80;
const PARENT_NAME: Slice = Slice.of("x-b3-parentspanid");
const NOT_SAMPLED: Slice = Slice.of("0");
const SAMPLED: Slice = Slice.of("1");

const traceparent: usize = memory.data(TRACEPARENT_SIZE);
const b3: Bytes = new Bytes(MAX_B3_SIZE, MAX_B3_SIZE);

/**
 * Tells the upstream the request's own span, in the format that the context came in: each header in place of all of its
 * name, so that none is there twice. A request without a span of its own stays as it is.
 */
export function continueTrace(trace: TraceContext): void {
	if (trace.spanId.size == 0) return;
	if (trace.strayB3) removeB3();
	if (trace.strayTracestate) remove(TraceHeader.Tracestate);
	let isW3c = trace.format == TraceFormat.None || trace.format == TraceFormat.Traceparent;
	if (trace.strayTraceparent && !isW3c) remove(TraceHeader.Traceparent);
	if (isW3c) {
		writeTraceparent(trace, traceparent);
		replace(TraceHeader.Traceparent, traceparent, TRACEPARENT_SIZE);
	} else if (trace.format == TraceFormat.B3) {
		writeB3(trace, b3);
		replace(TraceHeader.B3, b3.ptr, b3.size);
	} else {
		replaceB3Headers(trace);
	}
}

/** A debug flag says that the trace is sampled: it stays, and X-B3-Sampled is not sent beside it. */
function replaceB3Headers(trace: TraceContext): void {
	let id = trace.traceIdAsSent;
	let parent = trace.parentId;
	replace(TraceHeader.TraceId, id.ptr, id.size);
	replace(TraceHeader.SpanId, trace.spanId.ptr, trace.spanId.size);
	if (parent.size > 0) replaceHeader(HeaderMap.Request, PARENT_NAME.ptr, PARENT_NAME.size, parent.ptr, parent.size);
	if (trace.isDebug) return;
	let sampled = trace.isSampled ? SAMPLED : NOT_SAMPLED;
	replace(TraceHeader.Sampled, sampled.ptr, sampled.size);
}

function removeB3(): void {
	for (let header = TraceHeader.B3; header <= TraceHeader.Flags; header++) remove(header);
	removeHeader(HeaderMap.Request, PARENT_NAME.ptr, PARENT_NAME.size);
}

function replace(header: TraceHeader, ptr: usize, size: i32): void {
	let name = unchecked(TRACE_HEADER_NAMES[header]);
	replaceHeader(HeaderMap.Request, name.ptr, name.size, ptr, size);
}

function remove(header: TraceHeader): void {
	let name = unchecked(TRACE_HEADER_NAMES[header]);
	removeHeader(HeaderMap.Request, name.ptr, name.size);
}
