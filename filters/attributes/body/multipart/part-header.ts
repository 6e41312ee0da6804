import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { findByte, sameIgnoringCase } from "../../ascii";
import { isBlank, LineCursor } from "./line-cursor";
import { isFieldNameByte } from "./media-syntax";

/** What came of reading a part's header. */
export enum HeaderRead {
	Ok = 0,
	/** The body ends in it: there are no more parts. */
	Ended = 1,
	Malformed = 2,
}

const COLON: u32 = 0x3a;
const SPACE: u32 = 0x20;
/** As many as Go's reader takes in one part. */
const MAX_FIELDS: i32 = 10000;
/** As large as the largest body that is read. */
const MAX_VALUE_BYTES: i32 = 1048576;

const DISPOSITION: Slice = Slice.of("content-disposition");
const TYPE: Slice = Slice.of("content-type");
const ENCODING: Slice = Slice.of("content-transfer-encoding");

/** The header of one part: of the fields that matter here the first of each name. As Go's textproto reads it. Reused. */
@final
export class PartHeader {
	disposition: Slice = new Slice();
	type: Slice = new Slice();
	encoding: Slice = new Slice();
	private line: Bytes = new Bytes(256, MAX_VALUE_BYTES);
	/** The values, one behind the other. Reserved before anything is written, so that slices into it stay good. */
	private values: Bytes = new Bytes(256, MAX_VALUE_BYTES);

	/** Reads up to the empty line and over it. What was read is good until the next call. */
	read(cursor: LineCursor): HeaderRead {
		this.disposition.set(0, 0);
		this.type.set(0, 0);
		this.encoding.set(0, 0);
		this.values.reset();
		this.values.reserve(<i32>(cursor.end - cursor.at));
		if (!cursor.ended && isBlank(load<u8>(cursor.at))) return HeaderRead.Malformed;
		for (let fields = 0; cursor.next(); fields++) {
			if (cursor.size == 0) return HeaderRead.Ok;
			if (fields == MAX_FIELDS || !this.readField(cursor)) return HeaderRead.Malformed;
		}
		return HeaderRead.Ended;
	}

	/** Reads the field of the line at hand, with the lines that continue it. */
	private readField(cursor: LineCursor): bool {
		if (findByte(cursor.ptr, cursor.ptr + cursor.size, COLON) == cursor.ptr + cursor.size) return false;
		let line = this.line;
		line.reset();
		cursor.trim();
		line.raw(cursor.ptr, cursor.size);
		while (cursor.skipBlanks() > 0) {
			line.byte(SPACE);
			if (!cursor.next()) break;
			cursor.trim();
			line.raw(cursor.ptr, cursor.size);
		}
		return this.take(line.ptr, line.ptr + line.size);
	}

	private take(start: usize, end: usize): bool {
		let colon = findByte(start, end, COLON);
		let nameSize = <i32>(colon - start);
		if (colon == end || nameSize == 0 || !isFieldName(start, nameSize)) return false;
		let at = colon + 1;
		if (!isFieldValue(at, end)) return false;
		while (at < end && isBlank(load<u8>(at))) at++;
		this.keep(this.disposition, DISPOSITION, start, nameSize, at, end);
		this.keep(this.type, TYPE, start, nameSize, at, end);
		this.keep(this.encoding, ENCODING, start, nameSize, at, end);
		return true;
	}

	private keep(field: Slice, name: Slice, start: usize, nameSize: i32, value: usize, end: usize): void {
		if (field.ptr != 0 || !sameIgnoringCase(name, start, nameSize)) return;
		let values = this.values;
		let at = values.size;
		values.raw(value, <i32>(end - value));
		field.set(values.ptr + at, values.size - at);
	}
}

/** A token; spaces in it are let through, which makes it a name that nobody asks for. */
function isFieldName(ptr: usize, size: i32): bool {
	for (let i = 0; i < size; i++) {
		let byte: u32 = load<u8>(ptr + i);
		if (byte != SPACE && !isFieldNameByte(byte)) return false;
	}
	return true;
}

/** Anything but control characters, tabs aside. */
function isFieldValue(at: usize, end: usize): bool {
	for (let i = at; i < end; i++) {
		let byte: u32 = load<u8>(i);
		if ((byte < 0x20 && byte != 0x09) || byte == 0x7f) return false;
	}
	return true;
}
