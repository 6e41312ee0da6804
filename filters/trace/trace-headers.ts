import { sameIgnoringCase } from "../attributes/ascii";
import { HeaderPairs } from "../host/headers";
import { Slice } from "../wire/slice";

/** The headers that carry a trace from one service to the next. */
export enum TraceHeader {
	/** W3C Trace Context. */
	Traceparent = 0,
	Tracestate = 1,
	/** B3 in one header. */
	B3 = 2,
	/** B3 in several. */
	TraceId = 3,
	SpanId = 4,
	Sampled = 5,
	Flags = 6,
}

/** By TraceHeader: its name. */
export const TRACE_HEADER_NAMES: StaticArray<Slice> = [
	Slice.of("traceparent"),
	Slice.of("tracestate"),
	Slice.of("b3"),
	Slice.of("x-b3-traceid"),
	Slice.of("x-b3-spanid"),
	Slice.of("x-b3-sampled"),
	Slice.of("x-b3-flags"),
];

const COUNT: i32 = TRACE_HEADER_NAMES.length;
/** A bit for each size that one of the names has. */
const SIZES: u32 = (1 << 2) | (1 << 10) | (1 << 11) | (1 << 12);
const ABSENT: i32 = -1;
/** It stands there more than once, so nobody can say which counts. */
const REPEATED: i32 = -2;

/** Where a request's trace headers are, found in one pass. Reused. */
@final
export class TraceHeaders {
	/** By TraceHeader: the pair it is, or one of the two above. */
	private found: StaticArray<i32> = new StaticArray<i32>(COUNT);

	/** Looks for them. */
	find(pairs: HeaderPairs): void {
		for (let i = 0; i < COUNT; i++) this.found[i] = ABSENT;
		for (let i = 0; i < pairs.count; i++) {
			let size = pairs.nameSize(i);
			if (size < 32 && ((1 << size) & SIZES) != 0) this.note(pairs.namePtr(i), size, i);
		}
	}

	/** Whether there is one, or several. */
	has(header: TraceHeader): bool {
		return unchecked(this.found[header]) != ABSENT;
	}

	/** Takes the value of one that is there once; false where it isn't. */
	take(pairs: HeaderPairs, header: TraceHeader, out: Slice): bool {
		let index = unchecked(this.found[header]);
		if (index < 0) return false;
		out.set(pairs.valuePtr(index), pairs.valueSize(index));
		return true;
	}

	private note(ptr: usize, size: i32, index: i32): void {
		for (let i = 0; i < COUNT; i++) {
			let name = unchecked(TRACE_HEADER_NAMES[i]);
			if (name.size != size || !sameIgnoringCase(name, ptr, size)) continue;
			this.found[i] = this.found[i] == ABSENT ? index : REPEATED;
			return;
		}
	}
}
