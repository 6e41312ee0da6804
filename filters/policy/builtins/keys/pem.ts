import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { decodePadded } from "../base64";

/** How a text is to be read. */
export enum PemReading {
	/** It is no PEM. */
	None = 0,
	Done = 1,
	/** One block, and then something else. */
	More = 2,
	/** Go might find a block in it, or none. */
	Unclear = 3,
}

const BEGIN = Slice.of("-----BEGIN ");
const END = Slice.of("\n-----END ");
const DASHES = Slice.of("-----");

const LINE_FEED: u32 = 0x0a;
const COLON: u32 = 0x3a;

/** The block that `readPem` found: its label, and what it holds. */
export const pemLabel = new Slice();
export const pemBytes = new Bytes(2048, 1 << 16);

const base64 = new Bytes(2048, 1 << 16);

/** Reads the only PEM block (RFC 7468) of a text, as Go's encoding/pem does; what is before it is passed over. */
export function readPem(ptr: usize, size: i32): PemReading {
	const end = ptr + size;
	const close = find(END, ptr, end);
	if (close == 0) return PemReading.None;
	const open = findLast(BEGIN, ptr, close);
	if (open == 0 || (open > ptr && load<u8>(open - 1) != LINE_FEED)) return PemReading.Unclear;
	const label = open + BEGIN.size;
	const body = lineEnd(label, end);
	if (body >= close || !isLabel(label, trimmed(label, body))) return PemReading.Unclear;
	if (!isClosed(close + END.size, end)) return PemReading.Unclear;
	if (!decodeBody(body + 1, close)) return PemReading.Unclear;
	const last = lineEnd(close + END.size, end);
	return last + 1 < end ? PemReading.More : PemReading.Done;
}

/** Whether a line is a label and five dashes, and what the label is. */
function isLabel(from: usize, end: usize): bool {
	const size = <i32>(end - from) - DASHES.size;
	if (size < 0 || !DASHES.equals(from + size, DASHES.size)) return false;
	pemLabel.set(from, size);
	return true;
}

/** Whether the last line says the label again. */
function isClosed(from: usize, end: usize): bool {
	const line = trimmed(from, lineEnd(from, end));
	const size = <i32>(line - from) - DASHES.size;
	return size >= 0 && pemLabel.equals(from, size) && DASHES.equals(from + size, DASHES.size);
}

/** A colon belongs to a header, which keys don't have. */
function decodeBody(from: usize, end: usize): bool {
	base64.reset();
	for (let at = from; at < end; at++) {
		const byte: u32 = load<u8>(at);
		if (byte == COLON) return false;
		if (byte != 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d) base64.byte(byte);
	}
	pemBytes.reset();
	return base64.size > 0 && decodePadded(pemBytes, base64.ptr, base64.size) && !base64.overflowed;
}

/** The first place of some bytes, or 0. */
function find(bytes: Slice, from: usize, end: usize): usize {
	for (let at = from; at + bytes.size <= end; at++) {
		if (load<u8>(at) == load<u8>(bytes.ptr) && bytes.equals(at, bytes.size)) return at;
	}
	return 0;
}

function findLast(bytes: Slice, from: usize, end: usize): usize {
	if (end - from < <usize>bytes.size) return 0;
	for (let at = end - bytes.size; at >= from; at--) {
		if (load<u8>(at) == load<u8>(bytes.ptr) && bytes.equals(at, bytes.size)) return at;
	}
	return 0;
}

/** The line feed that ends a line, or the end of the text. */
function lineEnd(from: usize, end: usize): usize {
	let at = from;
	while (at < end && load<u8>(at) != LINE_FEED) at++;
	return at;
}

/** The end of a line without white space. */
function trimmed(from: usize, end: usize): usize {
	let at = end;
	if (at > from && load<u8>(at - 1) == 0x0d) at--;
	while (at > from && (load<u8>(at - 1) == 0x20 || load<u8>(at - 1) == 0x09)) at--;
	return at;
}
