import { Slice } from "../wire/slice";
import { findByte, hexValue } from "./ascii";
import { hostSize } from "./authority";
import { MAX_IP_TEXT, writeIpV4, writeIpV6 } from "./ip-text";
import { Value } from "./value";

const COLON: u8 = 0x3a;
const DOT: u32 = 0x2e;
const PERCENT: u32 = 0x25;
const OPEN_BRACKET: u8 = 0x5b;
const V6_GROUPS: i32 = 8;

/** Reads the ip of Envoy's `ip:port` or `[ip]:port`; false for anything else, such as a pipe's path. */
export function readIp(address: Slice, out: Value): bool {
	let ptr = address.ptr;
	let size = hostSize(address);
	let own = out.own;
	if (size == 0 || !own.reserve(16 + MAX_IP_TEXT)) return false;
	let bytes = own.ptr + own.size;
	let length = 4;
	if (load<u8>(ptr) == OPEN_BRACKET) {
		// Without brackets and zone: records and policies compare addresses.
		let end = findByte(ptr + 1, ptr + size - 1, PERCENT);
		if (!parseV6(ptr + 1, end, bytes)) return false;
		length = 16;
	} else if (!parseV4(ptr, ptr + size, bytes)) {
		return false;
	}
	own.size += length;
	out.address.set(bytes, length);
	let text = own.size;
	if (length == 4) writeIpV4(own, bytes);
	else writeIpV6(own, bytes);
	out.text.set(own.ptr + text, own.size - text);
	return true;
}

function parseV4(ptr: usize, end: usize, to: usize): bool {
	let at = ptr;
	for (let part = 0; part < 4; part++) {
		let start = at;
		let value: u32 = 0;
		while (at < end && <u32>load<u8>(at) - 0x30 < 10 && at - start < 3) value = value * 10 + load<u8>(at++) - 0x30;
		if (at == start || value > 255) return false;
		store<u8>(to + part, value);
		if (part == 3) return at == end;
		if (at >= end || <u32>load<u8>(at++) != DOT) return false;
	}
	return false;
}

/** RFC 4291, section 2.2: groups, one `::` for as many zeros as are missing, and perhaps an IPv4 address at the end. */
function parseV6(ptr: usize, end: usize, to: usize): bool {
	let at = ptr;
	let groups = 0;
	let gap = -1;
	if (end - at >= 2 && load<u16>(at) == 0x3a3a) {
		gap = 0;
		at += 2;
	}
	while (at < end && groups < V6_GROUPS) {
		if (groups <= V6_GROUPS - 2 && parseV4(at, end, to + (groups << 1))) {
			groups += 2;
			at = end;
			break;
		}
		let digits = parseGroup(at, end, to + (groups << 1));
		if (digits == 0) return false;
		groups++;
		at += digits;
		if (at == end) break;
		if (load<u8>(at++) != COLON || at == end) return false;
		if (load<u8>(at) == COLON) {
			if (gap >= 0) return false;
			gap = groups;
			at++;
		}
	}
	if (at < end || (gap < 0 ? groups != V6_GROUPS : groups == V6_GROUPS)) return false;
	if (gap >= 0) {
		let tail = (groups - gap) << 1;
		memory.copy(to + 16 - tail, to + (gap << 1), tail);
		memory.fill(to + (gap << 1), 0, 16 - tail - (gap << 1));
	}
	return true;
}

function parseGroup(ptr: usize, end: usize, to: usize): i32 {
	let value = 0;
	let digits = 0;
	while (ptr + digits < end && digits < 4) {
		let digit = hexValue(load<u8>(ptr + digits));
		if (digit < 0) break;
		value = (value << 4) | digit;
		digits++;
	}
	store<u8>(to, value >> 8);
	store<u8>(to, value, 1);
	return digits;
}
