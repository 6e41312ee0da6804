import { Bytes } from "../../../wire/bytes";

/** The tag and the length that DER puts before so many bytes of contents. */
export function writeDerHeader(out: Bytes, tag: u32, size: i32): void {
	out.byte(tag);
	if (size < 0x80) {
		out.byte(size);
		return;
	}
	const lengthBytes = (39 - clz<i32>(size)) >> 3;
	out.byte(0x80 | lengthBytes);
	for (let i = lengthBytes - 1; i >= 0; i--) out.byte(size >> (i << 3));
}

/** What an element of so many bytes of contents takes in all. */
export function derSize(size: i32): i32 {
	return size + 2 + (size < 0x80 ? 0 : (39 - clz<i32>(size)) >> 3);
}

/** How many zeros are before a number's first byte, in bytes; all of them where it is 0. */
export function leadingZeros(ptr: usize, size: i32): i32 {
	let count = 0;
	while (count < size && load<u8>(ptr + count) == 0) count++;
	return count;
}

/** The contents of the INTEGER of a number whose first byte is not 0. */
export function integerSize(ptr: usize, size: i32): i32 {
	return load<u8>(ptr) < 0x80 ? size : size + 1;
}

/** An INTEGER, from the bytes of a number above 0 whose first byte is not 0. */
export function writeInteger(out: Bytes, ptr: usize, size: i32): void {
	const contents = integerSize(ptr, size);
	writeDerHeader(out, 0x02, contents);
	if (contents > size) out.byte(0);
	out.raw(ptr, size);
}
