import { Bytes } from "../wire/bytes";

/** The longest text: eight groups of four digits and seven colons. */
export const MAX_IP_TEXT: i32 = 39;

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const GROUPS: i32 = 8;

/** Appends the four bytes of an IPv4 address as text. */
export function writeIpV4(out: Bytes, ptr: usize): void {
	for (let i = 0; i < 4; i++) {
		if (i > 0) out.byte(DOT);
		let value: u32 = load<u8>(ptr + i);
		if (value >= 100) out.byte(0x30 + value / 100);
		if (value >= 10) out.byte(0x30 + ((value / 10) % 10));
		out.byte(0x30 + (value % 10));
	}
}

/**
 * Appends the sixteen bytes of an IPv6 address as RFC 5952 has it: lower case, no leading zeros, the first of the
 * longest runs of zeros as `::`, an IPv4 part as one.
 */
export function writeIpV6(out: Bytes, ptr: usize): void {
	// ::ffff:0:0/96
	let mapped = load<u64>(ptr) == 0 && load<u32>(ptr, 8) == 0xffff0000;
	let groups = mapped ? 6 : GROUPS;
	let gap = -1;
	let gapSize = 1;
	for (let i = 0; i < groups; i++) {
		let zeros = 0;
		while (i + zeros < groups && load<u16>(ptr + ((i + zeros) << 1)) == 0) zeros++;
		if (zeros > gapSize) {
			gap = i;
			gapSize = zeros;
		}
	}
	for (let i = 0; i < groups; i++) {
		if (i == gap) {
			out.byte(COLON);
			i += gapSize - 1;
			if (i == groups - 1) out.byte(COLON);
			continue;
		}
		if (i > 0) out.byte(COLON);
		writeGroup(out, bswap<u16>(load<u16>(ptr + (i << 1))));
	}
	if (!mapped) return;
	out.byte(COLON);
	writeIpV4(out, ptr + 12);
}

function writeGroup(out: Bytes, value: u32): void {
	let started = false;
	for (let shift = 12; shift >= 0; shift -= 4) {
		let digit = (value >> shift) & 15;
		started = started || digit != 0 || shift == 0;
		if (started) out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
	}
}
