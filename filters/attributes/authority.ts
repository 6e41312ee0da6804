import { Slice } from "../wire/slice";
import { lower } from "./ascii";
import { Value } from "./value";

const COLON: u8 = 0x3a;
const CLOSE_BRACKET: u8 = 0x5d;
const DOT: u8 = 0x2e;

/** Where the host of an authority ends: before the colon of its port, if it has one. */
export function hostSize(authority: Slice): i32 {
	for (let i = authority.size - 1; i >= 0; i--) {
		let byte = load<u8>(authority.ptr + i);
		if (byte == COLON) return i;
		// The colons of an IPv6 address come before its bracket.
		if (byte == CLOSE_BRACKET) break;
	}
	return authority.size;
}

/**
 * request.host of an authority: in lower case, without port and one trailing dot; an IPv6 address keeps its brackets,
 * which are part of the host (RFC 3986, section 3.2.2) and of Envoy's virtual host domains.
 */
export function readHost(authority: Slice, out: Value): void {
	let size = hostSize(authority);
	if (size > 1 && load<u8>(authority.ptr + size - 1) == DOT) size--;
	let own = out.own;
	if (!own.reserve(size)) return;
	for (let i = 0; i < size; i++) own.byte(lower(load<u8>(authority.ptr + i)));
	out.text.set(own.ptr, size);
}
