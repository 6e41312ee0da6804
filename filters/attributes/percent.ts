import { Bytes } from "../wire/bytes";
import { hexValue } from "./ascii";

const PERCENT: u32 = 0x25;
export const PLUS: u32 = 0x2b;
export const SPACE: u32 = 0x20;

/**
 * Appends bytes with their percent-escapes decoded, once; a percent sign without two digits stays as it is (WHATWG URL
 * standard, percent-decode).
 *
 * @param plus what a plus sign becomes: SPACE in a form's fields, PLUS elsewhere.
 */
export function writeDecoded(out: Bytes, ptr: usize, size: i32, plus: u32): void {
	let end = ptr + size;
	for (let at = ptr; at < end; at++) {
		let byte: u32 = load<u8>(at);
		if (byte == PERCENT && isEscape(at, end)) {
			out.byte((hexValue(load<u8>(at, 1)) << 4) | hexValue(load<u8>(at, 2)));
			at += 2;
		} else {
			out.byte(byte == PLUS ? plus : byte);
		}
	}
}

/** Whether each percent sign has its two digits. */
export function escapesAreValid(ptr: usize, size: i32): bool {
	let end = ptr + size;
	for (let at = ptr; at < end; at++) {
		if (<u32>load<u8>(at) == PERCENT && !isEscape(at, end)) return false;
	}
	return true;
}

function isEscape(at: usize, end: usize): bool {
	return at + 2 < end && hexValue(load<u8>(at, 1)) >= 0 && hexValue(load<u8>(at, 2)) >= 0;
}
