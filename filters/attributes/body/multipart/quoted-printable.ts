import { Bytes } from "../../../wire/bytes";
import { hexValue } from "../../ascii";
import { isBlank } from "./line-cursor";

const EQUALS: u32 = 0x3d;
const LINE_FEED: u32 = 0x0a;
const RETURN: u32 = 0x0d;
/** The buffer in which Go's reader looks for the end of a line. */
const MAX_LINE_BYTES: i32 = 4096;

/**
 * Appends what a text in quoted-printable (RFC 2045, section 6.7) stands for, as Go's mime/quotedprintable reads it: with
 * line feeds alone, bytes above ASCII and equals signs that escape nothing. False where even that can't be.
 */
export function writeUnquoted(ptr: usize, size: i32, out: Bytes): bool {
	let end = ptr + size;
	let at = ptr;
	while (at < end) {
		let next = at;
		while (next < end && <u32>load<u8>(next) != LINE_FEED) next++;
		// A last line without its end fills the buffer one byte earlier.
		let room = next < end ? MAX_LINE_BYTES : MAX_LINE_BYTES - 1;
		if (next < end) next++;
		if (<i32>(next - at) > room || !writeLine(at, next, next == end, out)) return false;
		at = next;
	}
	return true;
}

/** @param end behind the line's own end, if it has one. */
function writeLine(start: usize, end: usize, isLast: bool, out: Bytes): bool {
	let to = end;
	while (to > start && isDiscarded(load<u8>(to - 1))) to--;
	let soft = to > start && <u32>load<u8>(to - 1) == EQUALS;
	if (soft) to--;
	if (soft && !endsSoftly(to + 1, end, to > start, isLast)) return false;
	if (!writeBytes(start, to, out)) return false;
	if (soft || end == start || <u32>load<u8>(end - 1) != LINE_FEED) return true;
	if (end - start > 1 && <u32>load<u8>(end - 2) == RETURN) out.byte(RETURN);
	out.byte(LINE_FEED);
	return true;
}

/** Whether an equals sign at the end of a line joins it with the next: only the line's end follows, or the text's. */
function endsSoftly(start: usize, end: usize, hasText: bool, isLast: bool): bool {
	let at = start;
	while (at < end && isBlank(load<u8>(at))) at++;
	if (at == end) return isLast && hasText;
	let byte: u32 = load<u8>(at);
	return byte == LINE_FEED || (byte == RETURN && at + 1 < end && <u32>load<u8>(at, 1) == LINE_FEED);
}

function writeBytes(start: usize, end: usize, out: Bytes): bool {
	for (let at = start; at < end; at++) {
		let byte: u32 = load<u8>(at);
		if (byte == EQUALS) {
			if (at + 2 < end && hexValue(load<u8>(at, 1)) >= 0 && hexValue(load<u8>(at, 2)) >= 0) {
				out.byte((hexValue(load<u8>(at, 1)) << 4) | hexValue(load<u8>(at, 2)));
				at += 2;
				continue;
			}
			if (at + 1 >= end || <u32>load<u8>(at, 1) == RETURN || <u32>load<u8>(at, 1) == LINE_FEED) return false;
		} else if (byte < 0x20 ? byte != 0x09 && byte != RETURN && byte != LINE_FEED : byte == 0x7f) {
			return false;
		}
		out.byte(byte);
	}
	return true;
}

/** White space at the end of a line means nothing. */
function isDiscarded(byte: u32): bool {
	return byte == 0x20 || byte == 0x09 || byte == RETURN || byte == LINE_FEED;
}
