import { Slice } from "../wire/slice";

/** A byte in lower case, by ASCII's rules. */
export function lower(byte: u32): u32 {
	return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** Whether some bytes are a name that is in lower case already, in whatever case they are. */
export function sameIgnoringCase(name: Slice, ptr: usize, size: i32): bool {
	if (name.size != size) return false;
	for (let i = 0; i < size; i++) {
		if (lower(load<u8>(ptr + i)) != <u32>load<u8>(name.ptr + i)) return false;
	}
	return true;
}

/** The first place of a byte, or `end` where it is not. */
export function findByte(ptr: usize, end: usize, byte: u32): usize {
	let at = ptr;
	while (at < end && <u32>load<u8>(at) != byte) at++;
	return at;
}

/** The value of a hexadecimal digit, or -1. */
export function hexValue(byte: u32): i32 {
	if (byte - 0x30 < 10) return byte - 0x30;
	const letter = (byte | 0x20) - 0x61;
	return letter < 6 ? <i32>letter + 10 : -1;
}
