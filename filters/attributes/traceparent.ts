import { Slice } from "../wire/slice";

/** version, trace id, parent id and flags of version 00, with three dashes. */
const SIZE: i32 = 55;
const TRACE_ID_AT: i32 = 3;
const TRACE_ID_SIZE: i32 = 32;
const PARENT_ID_AT: i32 = 36;
const PARENT_ID_SIZE: i32 = 16;
const FLAGS_AT: i32 = 53;
const DASH: u8 = 0x2d;

/** Takes the trace id of a traceparent header; false where the header is not valid. */
export function traceId(header: Slice, out: Slice): bool {
	out.set(header.ptr + TRACE_ID_AT, TRACE_ID_SIZE);
	return isValid(header);
}

/** Takes the parent id, which is the caller's span; false where the header is not valid. */
export function parentId(header: Slice, out: Slice): bool {
	out.set(header.ptr + PARENT_ID_AT, PARENT_ID_SIZE);
	return isValid(header);
}

/** W3C Trace Context, section 3.2.2; a version after 00 may carry more after another dash. */
function isValid(header: Slice): bool {
	let ptr = header.ptr;
	if (header.size < SIZE || !isLowerHex(ptr, 2)) return false;
	let version = load<u16>(ptr);
	// "ff" is no version.
	if (version == 0x6666) return false;
	if (header.size > SIZE && (version == 0x3030 || load<u8>(ptr + SIZE) != DASH)) return false;
	return (
		load<u8>(ptr + 2) == DASH &&
		isId(ptr + TRACE_ID_AT, TRACE_ID_SIZE) &&
		load<u8>(ptr + PARENT_ID_AT - 1) == DASH &&
		isId(ptr + PARENT_ID_AT, PARENT_ID_SIZE) &&
		load<u8>(ptr + FLAGS_AT - 1) == DASH &&
		isLowerHex(ptr + FLAGS_AT, 2)
	);
}

/** Hexadecimal in lower case, and not all zeros. */
function isId(ptr: usize, size: i32): bool {
	let zeros = true;
	for (let i = 0; i < size; i++) zeros = zeros && load<u8>(ptr + i) == 0x30;
	return !zeros && isLowerHex(ptr, size);
}

function isLowerHex(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (byte - 0x30 >= 10 && byte - 0x61 >= 6) return false;
	}
	return true;
}
