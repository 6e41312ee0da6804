import { isHeaderName } from "../host/header-syntax";

const COLON: u8 = 0x3a;
const HOST: u32 = 0x74736f68; // "host", little-endian
const LOWER_CASE: u32 = 0x20202020;

/**
 * Whether a policy may set or remove this header: an RFC 9110 token that is neither a pseudo-header nor `host`, which
 * route the request and were decided on already.
 */
export function isSettable(ptr: usize, size: i32): bool {
	if (!isHeaderName(ptr, size) || load<u8>(ptr) == COLON) return false;
	return size != 4 || (load<u32>(ptr) | LOWER_CASE) != HOST;
}
