import { Bytes } from "../wire/bytes";

const PAD: u32 = 0x3d;

/** Appends bytes in base64 with padding (RFC 4648, section 4). */
export function writeBase64(out: Bytes, ptr: usize, size: i32): void {
	for (let i = 0; i < size; i += 3) {
		let rest = size - i;
		let bits = ((<u32>load<u8>(ptr + i)) << 16) | (rest > 1 ? (<u32>load<u8>(ptr + i, 1)) << 8 : 0);
		if (rest > 2) bits |= load<u8>(ptr + i, 2);
		out.byte(digit(bits >> 18));
		out.byte(digit(bits >> 12));
		out.byte(rest > 1 ? digit(bits >> 6) : PAD);
		out.byte(rest > 2 ? digit(bits) : PAD);
	}
}

function digit(bits: u32): u32 {
	let value = bits & 63;
	if (value < 26) return 0x41 + value;
	if (value < 52) return 0x61 - 26 + value;
	if (value < 62) return 0x30 - 52 + value;
	return value == 62 ? 0x2b : 0x2f;
}
