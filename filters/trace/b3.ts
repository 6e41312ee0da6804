/*
 * B3, Zipkin's headers (github.com/openzipkin/b3-propagation): in one, TRACE-SPAN-SAMPLED-PARENT, or in several. Ids are
 * 16 or, a trace's, 32 digits; who sends no sampling decision leaves it to the next.
 */

import { HeaderPairs } from "../host/headers";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { isId } from "./hex-id";
import { Sampled, SPAN_ID_SIZE, TRACE_ID_SIZE, TraceContext, TraceFormat } from "./trace-context";
import { TraceHeader, TraceHeaders } from "./trace-headers";

const DASH: u8 = 0x2d;
const TRUE: Slice = Slice.of("true");
const FALSE: Slice = Slice.of("false");

const value: Slice = new Slice();
const span: Slice = new Slice();

/** Takes what a b3 header says; false, and nothing is taken, where it is not valid. */
export function readB3(header: Slice, out: TraceContext): bool {
	let ptr = header.ptr;
	let size = header.size;
	if (size == 1) {
		out.sampled = sampledOf(load<u8>(ptr));
		out.format = out.sampled == Sampled.Unknown ? TraceFormat.None : TraceFormat.B3;
		return out.format != TraceFormat.None;
	}
	let trace = size > TRACE_ID_SIZE && load<u8>(ptr + TRACE_ID_SIZE) == DASH ? TRACE_ID_SIZE : SPAN_ID_SIZE;
	let behind = trace + 1 + SPAN_ID_SIZE;
	if (size < behind || load<u8>(ptr + trace) != DASH) return false;
	let sampled = Sampled.Unknown;
	if (size > behind) {
		let hasParent = size == behind + 3 + SPAN_ID_SIZE;
		if (size != behind + 2 && !hasParent) return false;
		if (load<u8>(ptr + behind) != DASH) return false;
		sampled = sampledOf(load<u8>(ptr + behind + 1));
		if (sampled == Sampled.Unknown) return false;
		if (hasParent && (load<u8>(ptr + behind + 2) != DASH || !isId(ptr + behind + 3, SPAN_ID_SIZE))) return false;
	}
	if (!isId(ptr, trace) || !isId(ptr + trace + 1, SPAN_ID_SIZE)) return false;
	out.format = TraceFormat.B3;
	out.sampled = sampled;
	out.takeTraceId(ptr, trace);
	out.takeParentId(ptr + trace + 1);
	return true;
}

/** The same of the X-B3 headers. */
export function readB3Headers(headers: TraceHeaders, pairs: HeaderPairs, out: TraceContext): bool {
	let sampled = Sampled.Unknown;
	if (headers.has(TraceHeader.Flags)) {
		if (!headers.take(pairs, TraceHeader.Flags, value) || value.size != 1) return false;
		if (load<u8>(value.ptr) == 0x31) sampled = Sampled.Debug;
	}
	if (headers.has(TraceHeader.Sampled)) {
		if (!headers.take(pairs, TraceHeader.Sampled, value)) return false;
		let said = sampledHeader();
		if (said == Sampled.Unknown) return false;
		if (sampled == Sampled.Unknown) sampled = said;
	}
	let hasTrace = headers.has(TraceHeader.TraceId);
	if (hasTrace != headers.has(TraceHeader.SpanId)) return false;
	if (hasTrace && !takeIds(headers, pairs, out)) return false;
	if (!hasTrace && sampled == Sampled.Unknown) return false;
	out.format = TraceFormat.B3Headers;
	out.sampled = sampled;
	return true;
}

/** Writes the b3 header for the request's own span. */
export function writeB3(trace: TraceContext, out: Bytes): void {
	out.reset();
	let id = trace.traceIdAsSent;
	out.raw(id.ptr, id.size);
	out.byte(DASH);
	out.raw(trace.spanId.ptr, trace.spanId.size);
	out.byte(DASH);
	out.byte(trace.isDebug ? 0x64 : trace.isSampled ? 0x31 : 0x30);
	if (trace.parentId.size == 0) return;
	out.byte(DASH);
	out.raw(trace.parentId.ptr, trace.parentId.size);
}

function takeIds(headers: TraceHeaders, pairs: HeaderPairs, out: TraceContext): bool {
	if (!headers.take(pairs, TraceHeader.TraceId, value) || !headers.take(pairs, TraceHeader.SpanId, span)) return false;
	if (value.size != TRACE_ID_SIZE && value.size != SPAN_ID_SIZE) return false;
	if (!isId(value.ptr, value.size) || span.size != SPAN_ID_SIZE || !isId(span.ptr, span.size)) return false;
	out.takeTraceId(value.ptr, value.size);
	out.takeParentId(span.ptr);
	return true;
}

/** Old senders write words. */
function sampledHeader(): Sampled {
	if (TRUE.equals(value.ptr, value.size)) return Sampled.Yes;
	if (FALSE.equals(value.ptr, value.size)) return Sampled.No;
	if (value.size != 1 || load<u8>(value.ptr) == 0x64) return Sampled.Unknown;
	return sampledOf(load<u8>(value.ptr));
}

function sampledOf(byte: u8): Sampled {
	switch (byte) {
		case 0x30:
			return Sampled.No;
		case 0x31:
			return Sampled.Yes;
		case 0x64:
			return Sampled.Debug;
		default:
			return Sampled.Unknown;
	}
}
