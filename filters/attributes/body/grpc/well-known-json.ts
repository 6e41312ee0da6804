import { Bytes } from "../../../wire/bytes";
import { writeJsonInt } from "../../../wire/json-writer";
import { ProtobufReader } from "../../../wire/protobuf-reader";
import { writeDateTime, writePadded } from "../../timestamp";

/* The messages of google/protobuf that protobuf's JSON writes in a form of their own, from their bytes. */

const NANOS: i64 = 1000000000;
/** The years 0001 to 9999. */
const MIN_SECONDS: i64 = -62135596800;
const MAX_SECONDS: i64 = 253402300799;
/** Ten thousand years. */
const MAX_DURATION_SECONDS: i64 = 315576000000;
const QUOTE: u32 = 0x22;
const UNDERSCORE: u32 = 0x5f;

const reader: ProtobufReader = new ProtobufReader();
let seconds: i64 = 0;
let nanos: i64 = 0;

/** google.protobuf.Timestamp: RFC 3339 in UTC, with none, three, six or nine decimals. False out of range. */
export function writeTimestampMessage(ptr: usize, size: i32, out: Bytes): bool {
	if (!readPair(ptr, size)) return false;
	if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos >= NANOS) return false;
	out.byte(QUOTE);
	writeDateTime(out, seconds);
	writeDecimals(nanos, out);
	out.text('Z"');
	return true;
}

/** google.protobuf.Duration: seconds with the same decimals and an s. False out of range. */
export function writeDurationMessage(ptr: usize, size: i32, out: Bytes): bool {
	if (!readPair(ptr, size)) return false;
	if (seconds < -MAX_DURATION_SECONDS || seconds > MAX_DURATION_SECONDS) return false;
	if (nanos <= -NANOS || nanos >= NANOS) return false;
	if ((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) return false;
	out.byte(QUOTE);
	if (seconds < 0 || nanos < 0) out.byte(0x2d);
	writeJsonInt(out, abs(seconds));
	writeDecimals(abs(nanos), out);
	out.text('s"');
	return true;
}

/** google.protobuf.FieldMask: the paths in camel case, joined with commas. False for one that would not read back. */
export function writeFieldMask(ptr: usize, size: i32, out: Bytes): bool {
	let paths = 0;
	out.byte(QUOTE);
	reader.reset(ptr, size);
	while (reader.next()) {
		if (reader.field != 1 || reader.wire != 2) continue;
		if (paths++ > 0) out.byte(0x2c);
		if (!writePath(reader.ptr, reader.size, out)) return false;
	}
	out.byte(QUOTE);
	return reader.ok;
}

/** google.protobuf.Any: what it holds would have to be known; an empty one is an empty object. */
export function writeAny(ptr: usize, size: i32, out: Bytes): bool {
	reader.reset(ptr, size);
	while (reader.next()) {
		if ((reader.field == 1 || reader.field == 2) && reader.wire == 2 && reader.size > 0) return false;
	}
	out.text("{}");
	return reader.ok;
}

function readPair(ptr: usize, size: i32): bool {
	seconds = 0;
	nanos = 0;
	reader.reset(ptr, size);
	while (reader.next()) {
		if (reader.wire != 0) continue;
		if (reader.field == 1) seconds = <i64>reader.value;
		else if (reader.field == 2) nanos = <i64>(<i32>reader.value);
	}
	return reader.ok;
}

function writeDecimals(fraction: i64, out: Bytes): void {
	if (fraction == 0) return;
	out.byte(0x2e);
	if (fraction % 1000000 == 0) writePadded(out, fraction / 1000000, 3);
	else if (fraction % 1000 == 0) writePadded(out, fraction / 1000, 6);
	else writePadded(out, fraction, 9);
}

/** A path of names in lower case and underscores, each underscore before a letter. */
function writePath(ptr: usize, size: i32, out: Bytes): bool {
	if (!isFieldPath(ptr, size)) return false;
	let end = ptr + size;
	for (let at = ptr; at < end; at++) {
		let byte: u32 = load<u8>(at);
		if (byte != UNDERSCORE) {
			out.byte(byte);
			continue;
		}
		at++;
		if (at >= end || <u32>load<u8>(at) - 0x61 >= 26) return false;
		out.byte(<u32>load<u8>(at) - 0x20);
	}
	return true;
}

/** Names with dots between them; what is not in lower case would not read back. */
function isFieldPath(ptr: usize, size: i32): bool {
	let start = true;
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		let letter = byte - 0x61 < 26 || byte == UNDERSCORE;
		let digit = byte - 0x30 < 10;
		if (start ? !letter : !letter && !digit && byte != 0x2e) return false;
		start = byte == 0x2e;
	}
	return !start;
}
