import { Bytes } from "../wire/bytes";
import { writeJsonDouble } from "../wire/json-double";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";

/** Values of one key, and its bytes as mixer.proto writes them; mixer/quota/key.ts has the same bounds. */
export const MAX_KEY_VALUES: i32 = 8;
export const MAX_KEY_BYTES: i32 = 1024;

const TEXT: u32 = 1;
const NUMBER: u32 = 2;
const BOOLEAN: u32 = 3;
/** Type and length. */
const HEAD_BYTES: i32 = 3;

/** What became of a key. */
export enum KeyResult {
	Ok = 0,
	NotAList = 1,
	TooManyValues = 2,
	/** A value is neither text nor a number nor a boolean. */
	WrongValue = 3,
	/** A number is larger than any double. */
	TooLargeNumber = 4,
	/** More than MAX_KEY_BYTES in all. */
	TooLong = 5,
}

/** Appends a list's values as mixer.proto says (QuotaItem.key), so that no two lists share bytes. */
export function writeKey(document: JsonDocument, list: i32, out: Bytes): KeyResult {
	if (document.kind(list) != JsonKind.Array) return KeyResult.NotAList;
	if (document.count(list) > MAX_KEY_VALUES) return KeyResult.TooManyValues;
	let start = out.size;
	for (let node = document.first(list); node != -1; node = document.next(node)) {
		let head = out.size;
		if (!out.reserve(HEAD_BYTES)) return KeyResult.TooLong;
		out.size += HEAD_BYTES;
		let result = writeValue(document, node, out, head);
		if (result != KeyResult.Ok) return result;
		if (out.overflowed || out.size - start > MAX_KEY_BYTES) return KeyResult.TooLong;
		let length = out.size - head - HEAD_BYTES;
		store<u8>(out.ptr + head, length >> 8, 1);
		store<u8>(out.ptr + head, length, 2);
	}
	return KeyResult.Ok;
}

/** @param head where the value's type goes. */
function writeValue(document: JsonDocument, node: i32, out: Bytes, head: i32): KeyResult {
	switch (document.kind(node)) {
		case JsonKind.String:
			store<u8>(out.ptr + head, TEXT);
			document.text(node, out);
			return KeyResult.Ok;
		case JsonKind.Number: {
			store<u8>(out.ptr + head, NUMBER);
			let value = document.double(node);
			if (abs(value) > f64.MAX_VALUE) return KeyResult.TooLargeNumber;
			writeJsonDouble(out, value);
			return KeyResult.Ok;
		}
		case JsonKind.True:
		case JsonKind.False:
			store<u8>(out.ptr + head, BOOLEAN);
			out.byte(document.kind(node) == JsonKind.True ? 1 : 0);
			return KeyResult.Ok;
		default:
			return KeyResult.WrongValue;
	}
}
