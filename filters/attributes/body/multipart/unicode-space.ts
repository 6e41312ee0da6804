/* White space as Go's unicode.IsSpace has it, in UTF-8: what mime.ParseMediaType skips. */

/** The size of the white space at a place; 0 where there is none. */
export function spaceAt(at: usize, end: usize): i32 {
	if (at >= end) return 0;
	let byte: u32 = load<u8>(at);
	if (byte == 0x20 || byte - 0x09 < 5) return 1;
	if (byte == 0xc2) return at + 1 < end && isNextLineOrHardSpace(load<u8>(at, 1)) ? 2 : 0;
	return at + 2 < end && isWideSpace(at) ? 3 : 0;
}

/** The size of the white space that ends at `end`; 0 where there is none. */
export function spaceBefore(start: usize, end: usize): i32 {
	for (let size: i32 = 1; size <= 3; size++) {
		if (end - start < <usize>size) return 0;
		if (spaceAt(end - size, end) == size) return size;
	}
	return 0;
}

/** The place behind the white space at a place. */
export function skipSpace(at: usize, end: usize): usize {
	let from = at;
	for (let size = spaceAt(from, end); size > 0; size = spaceAt(from, end)) from += size;
	return from;
}

function isNextLineOrHardSpace(second: u32): bool {
	return second == 0x85 || second == 0xa0;
}

/** U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000. */
function isWideSpace(at: usize): bool {
	let first: u32 = load<u8>(at);
	let second: u32 = load<u8>(at, 1);
	let third: u32 = load<u8>(at, 2);
	if (first == 0xe1) return second == 0x9a && third == 0x80;
	if (first == 0xe3) return second == 0x80 && third == 0x80;
	if (first != 0xe2) return false;
	if (second == 0x81) return third == 0x9f;
	return second == 0x80 && (third - 0x80 < 11 || third == 0xa8 || third == 0xa9 || third == 0xaf);
}
