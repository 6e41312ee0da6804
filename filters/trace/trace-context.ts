import { HeaderPairs } from "../host/headers";
import { Slice } from "../wire/slice";
import { readB3, readB3Headers } from "./b3";
import { TraceHeader, TraceHeaders } from "./trace-headers";
import { TraceIds } from "./trace-ids";
import { readTraceparent } from "./traceparent";

/** Digits of a trace's and a span's id. */
export const TRACE_ID_SIZE: i32 = 32;
export const SPAN_ID_SIZE: i32 = 16;

/** How a context came, and so how it goes on. */
export enum TraceFormat {
	/** None came, or none that is valid: one that begins here goes on as traceparent. */
	None = 0,
	Traceparent = 1,
	B3 = 2,
	B3Headers = 3,
}

/** Whether the trace is recorded, as who began it decided. */
export enum Sampled {
	/** B3 only: left to us. */
	Unknown = 0,
	No = 1,
	Yes = 2,
	/** B3 only: recorded, whatever else is said. */
	Debug = 3,
}

const ZERO: u8 = 0x30;
const IDS_SIZE: i32 = TRACE_ID_SIZE + 2 * SPAN_ID_SIZE;

const headers = new TraceHeaders();
const header = new Slice();

/** The trace a request belongs to, and its span there. Ids are empty where there are none. Reused. */
@final
export class TraceContext {
	format: TraceFormat = TraceFormat.None;
	sampled: Sampled = Sampled.Unknown;
	/** Of a traceparent: the flags with a meaning. */
	flags: u32 = 0;
	readonly traceId: Slice = new Slice();
	/** The same in the digits that it came with: B3 has trace ids of 16. */
	readonly traceIdAsSent: Slice = new Slice();
	/** The caller's span. */
	readonly parentId: Slice = new Slice();
	/** The request's own, made here. */
	readonly spanId: Slice = new Slice();
	/** The request has a traceparent or tracestate that must not go on with another context. */
	strayTraceparent: bool = false;
	strayTracestate: bool = false;
	/** It has headers of B3 that nobody trusts. */
	strayB3: bool = false;

	private isRead: bool = false;
	private readonly ids: usize = heap.alloc(IDS_SIZE);

	/** Nothing is known any more. */
	reset(): void {
		this.isRead = false;
		this.forget();
		this.spanId.set(0, 0);
		this.strayTraceparent = false;
		this.strayTracestate = false;
		this.strayB3 = false;
	}

	get isSampled(): bool {
		return this.sampled >= Sampled.Yes;
	}

	get isDebug(): bool {
		return this.sampled == Sampled.Debug;
	}

	/** Reads what the request carries, once: the first valid one of traceparent, b3 and the X-B3 headers. */
	read(pairs: HeaderPairs): void {
		if (this.isRead) return;
		this.isRead = true;
		headers.find(pairs);
		if (headers.take(pairs, TraceHeader.Traceparent, header) && readTraceparent(header, this)) return;
		this.noteStray();
		if (headers.take(pairs, TraceHeader.B3, header) && readB3(header, this)) return;
		if (!readB3Headers(headers, pairs, this)) this.forget();
	}

	/**
	 * Gives the request a span of its own: in the trace it belongs to, or in one that begins here. One that is not sampled
	 * goes on as it came.
	 *
	 * @param trusted whether what the request carries counts: else it is taken for a request that carries nothing.
	 * @param perMillion how many of a million are sampled where nobody has decided; with 0 none begins here.
	 */
	begin(pairs: HeaderPairs, trusted: bool, ids: TraceIds, perMillion: u32): void {
		if (trusted) this.read(pairs);
		else this.leaveOut(pairs);
		if (this.sampled == Sampled.No) return;
		if (this.sampled == Sampled.Unknown) {
			if (perMillion == 0) return;
			this.sampled = ids.sample(perMillion) ? Sampled.Yes : Sampled.No;
		}
		if (this.traceId.size == 0) {
			ids.write(this.ids);
			ids.write(this.ids + SPAN_ID_SIZE);
			this.traceId.set(this.ids, TRACE_ID_SIZE);
			this.traceIdAsSent.set(this.ids, TRACE_ID_SIZE);
		}
		let span = this.ids + TRACE_ID_SIZE + SPAN_ID_SIZE;
		ids.write(span);
		this.spanId.set(span, SPAN_ID_SIZE);
	}

	/** Keeps a trace id of 16 or 32 digits. */
	takeTraceId(ptr: usize, size: i32): void {
		let short = TRACE_ID_SIZE - size;
		memory.fill(this.ids, ZERO, short);
		memory.copy(this.ids + short, ptr, size);
		this.traceId.set(this.ids, TRACE_ID_SIZE);
		this.traceIdAsSent.set(this.ids + short, size);
	}

	/** Keeps the id of the caller's span. */
	takeParentId(ptr: usize): void {
		let at = this.ids + TRACE_ID_SIZE;
		memory.copy(at, ptr, SPAN_ID_SIZE);
		this.parentId.set(at, SPAN_ID_SIZE);
	}

	private leaveOut(pairs: HeaderPairs): void {
		this.isRead = true;
		headers.find(pairs);
		this.noteStray();
		this.strayB3 = true;
	}

	private noteStray(): void {
		this.strayTraceparent = headers.has(TraceHeader.Traceparent);
		this.strayTracestate = headers.has(TraceHeader.Tracestate);
	}

	private forget(): void {
		this.format = TraceFormat.None;
		this.sampled = Sampled.Unknown;
		this.flags = 0;
		this.traceId.set(0, 0);
		this.traceIdAsSent.set(0, 0);
		this.parentId.set(0, 0);
	}
}
