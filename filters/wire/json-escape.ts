/* The escapes of a JSON string (RFC 8259 section 7), for whatever reads one. */

/** The character a one-letter escape stands for, or 0. */
export function simpleEscape(letter: u32): u32 {
	switch (letter) {
		case 0x22:
		case 0x2f:
		case 0x5c:
			return letter;
		case 0x62:
			return 0x08;
		case 0x66:
			return 0x0c;
		case 0x6e:
			return 0x0a;
		case 0x72:
			return 0x0d;
		case 0x74:
			return 0x09;
		default:
			return 0;
	}
}

/** Four hexadecimal digits, or -1. Reads nothing at or behind `end`. */
export function hex4(at: usize, end: usize): i32 {
	if (at + 4 > end) return -1;
	let value: i32 = 0;
	for (let i = 0; i < 4; i++) {
		const byte: i32 = load<u8>(at + i);
		const letter = byte | 0x20;
		if (byte >= 0x30 && byte <= 0x39) value = (value << 4) | (byte - 0x30);
		else if (letter >= 0x61 && letter <= 0x66) value = (value << 4) | (letter - 0x57);
		else return -1;
	}
	return value;
}
