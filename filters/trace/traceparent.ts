import { Slice } from "../wire/slice";
import { isId, isLowerHex } from "./hex-id";
import { Sampled, SPAN_ID_SIZE, TRACE_ID_SIZE, TraceContext, TraceFormat } from "./trace-context";

/** version, trace id, parent id and flags of version 00, with three dashes. */
export const TRACEPARENT_SIZE: i32 = 55;
const TRACE_ID_AT: i32 = 3;
const PARENT_ID_AT: i32 = 36;
const FLAGS_AT: i32 = 53;
const DASH: u8 = 0x2d;

/** The flags that have a meaning: sampled, and that the trace id is random. */
const SAMPLED: u32 = 1;
const KNOWN_FLAGS: u32 = 3;

/** Takes what a traceparent header says; false, and nothing is taken, where it is not valid. */
export function readTraceparent(header: Slice, out: TraceContext): bool {
	if (!isValid(header)) return false;
	let flags = hexDigit(load<u8>(header.ptr + FLAGS_AT + 1)) & KNOWN_FLAGS;
	out.format = TraceFormat.Traceparent;
	out.takeTraceId(header.ptr + TRACE_ID_AT, TRACE_ID_SIZE);
	out.takeParentId(header.ptr + PARENT_ID_AT);
	out.flags = flags;
	out.sampled = (flags & SAMPLED) != 0 ? Sampled.Yes : Sampled.No;
	return true;
}

/** Writes the header of version 00 for the request's own span: as many bytes as TRACEPARENT_SIZE says. */
export function writeTraceparent(trace: TraceContext, at: usize): void {
	let flags = (trace.flags & ~SAMPLED) | (trace.isSampled ? SAMPLED : 0);
	store<u8>(at, 0x30);
	store<u8>(at + 1, 0x30);
	store<u8>(at + 2, DASH);
	memory.copy(at + TRACE_ID_AT, trace.traceId.ptr, TRACE_ID_SIZE);
	store<u8>(at + PARENT_ID_AT - 1, DASH);
	memory.copy(at + PARENT_ID_AT, trace.spanId.ptr, SPAN_ID_SIZE);
	store<u8>(at + FLAGS_AT - 1, DASH);
	store<u8>(at + FLAGS_AT, 0x30);
	store<u8>(at + FLAGS_AT + 1, 0x30 + flags);
}

/** W3C Trace Context, section 3.2.2; a version after 00 may carry more after another dash. */
function isValid(header: Slice): bool {
	let ptr = header.ptr;
	if (header.size < TRACEPARENT_SIZE || !isLowerHex(ptr, 2)) return false;
	let version = load<u16>(ptr);
	// "ff" is no version.
	if (version == 0x6666) return false;
	let isLonger = header.size > TRACEPARENT_SIZE;
	if (isLonger && (version == 0x3030 || load<u8>(ptr + TRACEPARENT_SIZE) != DASH)) return false;
	return (
		load<u8>(ptr + 2) == DASH &&
		isId(ptr + TRACE_ID_AT, TRACE_ID_SIZE) &&
		load<u8>(ptr + PARENT_ID_AT - 1) == DASH &&
		isId(ptr + PARENT_ID_AT, SPAN_ID_SIZE) &&
		load<u8>(ptr + FLAGS_AT - 1) == DASH &&
		isLowerHex(ptr + FLAGS_AT, 2)
	);
}

function hexDigit(byte: u32): u32 {
	return byte < 0x3a ? byte - 0x30 : byte - 0x57;
}
