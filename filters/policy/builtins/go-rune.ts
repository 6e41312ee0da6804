import { sequence } from "../../wire/utf8";

/** The bytes of the character `runeAt` read last. */
export let runeSize: i32 = 0;

/** The character at a place before `end`, as Go decodes it: -1 and one byte where it is not UTF-8. */
export function runeAt(at: usize, end: usize): i32 {
	const size = sequence(at, end);
	runeSize = size < 0 ? 1 : size;
	const lead: i32 = load<u8>(at);
	switch (size) {
		case 1:
			return lead;
		case 2:
			return ((lead & 0x1f) << 6) | tail(at, 1);
		case 3:
			return ((lead & 0x0f) << 12) | (tail(at, 1) << 6) | tail(at, 2);
		case 4:
			return ((lead & 0x07) << 18) | (tail(at, 1) << 12) | (tail(at, 2) << 6) | tail(at, 3);
		default:
			return -1;
	}
}

/** How many characters these bytes are, as Go counts them. */
export function countRunes(ptr: usize, size: i32): i32 {
	const end = ptr + size;
	let count = 0;
	for (let at = ptr; at < end; count++) {
		const length = sequence(at, end);
		at += length < 0 ? 1 : length;
	}
	return count;
}

/** The size of the first `count` characters. */
export function sizeOfRunes(ptr: usize, size: i32, count: i32): i32 {
	const end = ptr + size;
	let at = ptr;
	for (let left = count; left > 0 && at < end; left--) {
		const length = sequence(at, end);
		at += length < 0 ? 1 : length;
	}
	return <i32>(at - ptr);
}

function tail(at: usize, offset: usize): i32 {
	return load<u8>(at + offset) & 0x3f;
}
