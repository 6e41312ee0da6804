import { HeaderPairs } from "../host/headers";
import { Slice } from "../wire/slice";
import { hexValue, lower, sameIgnoringCase } from "./ascii";
import { hostSize } from "./authority";
import { Bag } from "./bag";

const AUTHORITY: Slice = Slice.of(":authority");
const HOST: Slice = Slice.of("host");
const METHOD: Slice = Slice.of(":method");
const PATH: Slice = Slice.of(":path");

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
const DELETE: u32 = 0x7f;
/** Beside letters and digits, what a name may hold: RFC 3986's unreserved and sub-delims, but no comma and no percent. */
const NAME_MARKS: Slice = Slice.of("-._~!$&'()*+;=");

/**
 * Whether a request says one thing about itself. Two hosts, or bytes in the authority or the path that others read in
 * another way than the policy, are answered 400 before any policy runs. A comma in the authority is how Envoy joins two
 * Host headers; before an @ there is a user, which no request may name (RFC 9110, section 4.2.4).
 */
export function requestIsValid(bag: Bag): bool {
	let pairs = bag.requestHeaders;
	let host = -1;
	let methods = 0;
	let paths = 0;
	for (let i = 0; i < pairs.count; i++) {
		if (is(pairs, i, AUTHORITY) || is(pairs, i, HOST)) {
			if (host >= 0 ? !sameValue(pairs, host, i) : !authorityIsValid(pairs.valuePtr(i), pairs.valueSize(i)))
				return false;
			host = i;
		} else if (is(pairs, i, METHOD)) {
			methods++;
		} else if (is(pairs, i, PATH)) {
			paths++;
			if (!pathIsValid(pairs.valuePtr(i), pairs.valueSize(i))) return false;
		}
	}
	return methods <= 1 && paths <= 1;
}

function is(pairs: HeaderPairs, index: i32, name: Slice): bool {
	return sameIgnoringCase(name, pairs.namePtr(index), pairs.nameSize(index));
}

function sameValue(pairs: HeaderPairs, a: i32, b: i32): bool {
	let size = pairs.valueSize(a);
	return size == pairs.valueSize(b) && memory.compare(pairs.valuePtr(a), pairs.valuePtr(b), size) == 0;
}

const authority: Slice = new Slice();

function authorityIsValid(ptr: usize, size: i32): bool {
	authority.set(ptr, size);
	let host = hostSize(authority);
	for (let i = host + 1; i < size; i++) {
		if (<u32>load<u8>(ptr + i) - 0x30 >= 10) return false;
	}
	if (host == 0) return false;
	return <u32>load<u8>(ptr) == OPEN_BRACKET ? isBracketed(ptr, host) : isName(ptr, host);
}

/** An IPv6 address in brackets. */
function isBracketed(ptr: usize, size: i32): bool {
	if (size < 4 || <u32>load<u8>(ptr + size - 1) != CLOSE_BRACKET) return false;
	for (let i = 1; i < size - 1; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (hexValue(byte) < 0 && byte != COLON && byte != DOT) return false;
	}
	return true;
}

function isName(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte = lower(load<u8>(ptr + i));
		if (byte - 0x61 >= 26 && byte - 0x30 >= 10 && !isMark(byte)) return false;
	}
	return true;
}

function isMark(byte: u32): bool {
	for (let i = 0; i < NAME_MARKS.size; i++) {
		if (<u32>load<u8>(NAME_MARKS.ptr + i) == byte) return true;
	}
	return false;
}

/** No spaces and no control bytes. */
function pathIsValid(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (byte <= 0x20 || byte == DELETE) return false;
	}
	return true;
}
