/** Whether bytes are an id: hexadecimal in lower case, and not all zeros. */
export function isId(ptr: usize, size: i32): bool {
	let zeros = true;
	for (let i = 0; i < size; i++) zeros = zeros && load<u8>(ptr + i) == 0x30;
	return !zeros && isLowerHex(ptr, size);
}

/** Whether bytes are hexadecimal digits in lower case. */
export function isLowerHex(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (byte - 0x30 >= 10 && byte - 0x61 >= 6) return false;
	}
	return true;
}
