/*
 * What may stand in a header (RFC 9110, section 5). Envoy does not check what a filter sets, and writes a line break to
 * an HTTP/1 peer as it is: so a value that a policy copied from a request is checked here.
 */

/** Whether bytes are a field name; a pseudo-header's leading colon is allowed. */
export function isHeaderName(ptr: usize, size: i32): bool {
	const start = size > 1 && load<u8>(ptr) == 0x3a ? 1 : 0;
	for (let i = start; i < size; i++) {
		if (!isTokenByte(load<u8>(ptr + i))) return false;
	}
	return size > 0;
}

/** Whether bytes can be a field value: anything but line breaks and NUL. */
export function isHeaderValue(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte == 0 || byte == 0x0a || byte == 0x0d) return false;
	}
	return true;
}

function isTokenByte(byte: u32): bool {
	const letter = byte | 0x20;
	if (letter >= 0x61 && letter <= 0x7a) return true;
	if (byte >= 0x30 && byte <= 0x39) return true;
	switch (byte) {
		case 0x21: // !
		case 0x23: // #
		case 0x24: // $
		case 0x25: // %
		case 0x26: // &
		case 0x27: // '
		case 0x2a: // *
		case 0x2b: // +
		case 0x2d: // -
		case 0x2e: // .
		case 0x5e: // ^
		case 0x5f: // _
		case 0x60: // `
		case 0x7c: // |
		case 0x7e: // ~
			return true;
		default:
			return false;
	}
}
