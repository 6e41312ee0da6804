import { Bytes } from "./bytes";

/** The top bit of each of eight bytes: set in what is not ASCII. */
const HIGH_BITS: u64 = (u64.MAX_VALUE / 255) * 128;

/**
 * Appends bytes as valid UTF-8: each maximal subpart of a sequence that is not well-formed becomes one U+FFFD, as
 * Unicode (15.0, section 3.9) recommends and the WHATWG decoder does.
 */
export function writeUtf8(out: Bytes, ptr: usize, size: i32): void {
	let at = ptr;
	const end = ptr + size;
	while (at < end) {
		const run = validPrefix(at, <i32>(end - at));
		if (run > 0) out.raw(at, run);
		at += run;
		if (at >= end) return;
		at += -sequence(at, end);
		out.codePoint(0xfffd);
	}
}

/** How many bytes from the start are well-formed UTF-8. */
export function validPrefix(ptr: usize, size: i32): i32 {
	let at = ptr;
	const end = ptr + size;
	while (at < end) {
		if (at + 8 <= end && (load<u64>(at) & HIGH_BITS) == 0) {
			at += 8;
			continue;
		}
		const length = sequence(at, end);
		if (length < 0) break;
		at += length;
	}
	return <i32>(at - ptr);
}

/**
 * The sequence that starts at `at`, which is before `end`: the size of a well-formed one, or less than 0: minus the
 * size of the maximal subpart of an ill-formed one (table 3-7 of the standard).
 */
export function sequence(at: usize, end: usize): i32 {
	const lead: u32 = load<u8>(at);
	if (lead < 0x80) return 1;
	if (lead < 0xc2 || lead > 0xf4) return -1;
	const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	// The second byte has narrower bounds after some leads: no overlong forms, no surrogates, nothing past U+10FFFF.
	let low: u32 = 0x80;
	let high: u32 = 0xbf;
	if (lead == 0xe0) low = 0xa0;
	else if (lead == 0xed) high = 0x9f;
	else if (lead == 0xf0) low = 0x90;
	else if (lead == 0xf4) high = 0x8f;
	for (let i = 1; i < size; i++) {
		if (at + i >= end) return -i;
		const byte: u32 = load<u8>(at + i);
		if (byte < low || byte > high) return -i;
		low = 0x80;
		high = 0xbf;
	}
	return size;
}
