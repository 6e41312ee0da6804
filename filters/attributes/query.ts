import { Slice } from "../wire/slice";
import { validPrefix, writeUtf8 } from "../wire/utf8";
import { findByte } from "./ascii";
import { escapesAreValid, SPACE, writeDecoded } from "./percent";
import { Value } from "./value";

const AMPERSAND: u32 = 0x26;
const EQUALS: u32 = 0x3d;
const SEMICOLON: u32 = 0x3b;
/** Decoding makes nothing longer; a key can take three times its bytes more as valid UTF-8. */
const GROWTH: i32 = 4;

/** Which standard reads the query. */
enum Syntax {
	Form = 0,
	Go = 1,
}

/** request.query_params: the fields of a form (WHATWG URL standard, application/x-www-form-urlencoded parsing). */
export function readQueryParams(query: Slice, out: Value): void {
	addParameters(query, Syntax.Form, out);
	out.finishMapOfFirst();
}

/**
 * parsed_query: as Go's url.ParseQuery, which fails at a semicolon or a broken percent-escape; OPA's Envoy plugin answers
 * 400 then, and so does whoever reads this.
 */
export function readParsedQuery(query: Slice, out: Value): void {
	addParameters(query, Syntax.Go, out);
	out.finishListMap();
}

function addParameters(query: Slice, syntax: Syntax, out: Value): void {
	out.own.reserve(query.size * GROWTH);
	let end = query.ptr + query.size;
	let start = query.ptr;
	while (start < end) {
		let next = findByte(start, end, AMPERSAND);
		if (next > start) {
			if (syntax == Syntax.Go && !isFitForGo(start, next)) out.refused = true;
			addParameter(start, next, out);
		}
		start = next + 1;
	}
}

function isFitForGo(start: usize, end: usize): bool {
	return findByte(start, end, SEMICOLON) == end && escapesAreValid(start, <i32>(end - start));
}

function addParameter(start: usize, end: usize, out: Value): void {
	let own = out.own;
	let equals = findByte(start, end, EQUALS);
	let keyAt = own.size;
	writeDecoded(own, start, <i32>(equals - start), SPACE);
	let key = own.ptr + keyAt;
	let keySize = own.size - keyAt;
	if (validPrefix(key, keySize) < keySize) {
		keyAt = own.size;
		writeUtf8(own, key, keySize);
		key = own.ptr + keyAt;
		keySize = own.size - keyAt;
	}
	let valueAt = own.size;
	if (equals < end) writeDecoded(own, equals + 1, <i32>(end - equals - 1), SPACE);
	out.entries.add(key, keySize, own.ptr + valueAt, own.size - valueAt);
}
