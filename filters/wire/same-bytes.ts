/** Whether two places hold the same bytes. AssemblyScript's memory.compare goes byte by byte where they are not aligned alike. */
export function sameBytes(left: usize, right: usize, size: i32): bool {
	let at = 0;
	for (; at + 8 <= size; at += 8) {
		if (load<u64>(left + at) != load<u64>(right + at)) return false;
	}
	for (; at < size; at++) {
		if (load<u8>(left + at) != load<u8>(right + at)) return false;
	}
	return true;
}
