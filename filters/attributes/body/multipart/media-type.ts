import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { findByte, lower } from "../../ascii";
import { PairTable } from "../../pair-table";
import { readContinued } from "./continued-parameter";
import { consumeToken, consumeValue } from "./media-syntax";
import { skipSpace, spaceBefore } from "./unicode-space";

/** What came of parsing a media type or a disposition. */
export enum MediaParsed {
	Ok = 0,
	/** It is malformed: it has no type, or no parameters. */
	Malformed = 1,
	/** It has more parameters than are kept. */
	TooMany = 2,
}

const SEMICOLON: u32 = 0x3b;
const SLASH: u32 = 0x2f;
const EQUALS: u32 = 0x3d;
/** As large as the largest body that is read: nothing of it fails for the want of room. */
const MAX_TEXT_BYTES: i32 = 1048576;

/**
 * A content type or content disposition with its parameters, as Go's mime.ParseMediaType reads it: RFC 2045 and 2183, the
 * parameters' continuations of RFC 2231, and the backslashes of old browsers. Reused.
 */
@final
export class MediaType {
	/** In lower case. */
	type: Bytes = new Bytes(64, MAX_TEXT_BYTES);
	/** Names in lower case, in byte order after `parse`. */
	private parameters: PairTable = new PairTable();
	/** Reserved before anything is written, so that slices into it stay good. */
	private text: Bytes = new Bytes(256, 2 * MAX_TEXT_BYTES);
	private token: Slice = new Slice();

	/** Reads a header's value; what of it is kept is good until the next call. */
	parse(header: Slice): MediaParsed {
		let end = header.ptr + header.size;
		this.parameters.reset();
		this.text.reset();
		// Names and values are never longer than the header.
		if (!this.text.reserve(header.size * 2)) return MediaParsed.TooMany;
		let base = findByte(header.ptr, end, SEMICOLON);
		if (!this.readType(header.ptr, base)) return MediaParsed.Malformed;
		let at = base;
		while (true) {
			at = skipSpace(at, end);
			if (at >= end) break;
			let next = this.readParameter(at, end);
			// Semicolons at the end are no fault.
			if (next == 0 && skipSpace(at + 1, end) == end && <u32>load<u8>(at) == SEMICOLON) break;
			if (next == 0) return MediaParsed.Malformed;
			at = next;
		}
		if (this.parameters.overflowed) return MediaParsed.TooMany;
		this.parameters.sort();
		return this.hasContradiction() ? MediaParsed.Malformed : MediaParsed.Ok;
	}

	/** A parameter by its name in lower case; false where there is none. */
	parameter(name: Slice, out: Bytes): bool {
		out.reset();
		if (readContinued(this.parameters, name, out)) return true;
		out.reset();
		let place = this.parameters.find(name.ptr, name.size);
		if (place >= 0) out.raw(this.parameters.valuePtr(place), this.parameters.valueSize(place));
		return place >= 0;
	}

	/** A token, or two with a slash between them. */
	private readType(start: usize, end: usize): bool {
		let from = skipSpace(start, end);
		let to = end;
		for (let size = spaceBefore(from, to); size > 0; size = spaceBefore(from, to)) to -= size;
		this.type.reset();
		for (let at = from; at < to; at++) this.type.byte(lower(load<u8>(at)));
		let at = consumeToken(from, to, this.token);
		if (this.token.size == 0) return false;
		if (at == to) return true;
		if (<u32>load<u8>(at) != SLASH) return false;
		at = consumeToken(at + 1, to, this.token);
		return this.token.size > 0 && at == to;
	}

	/** Reads `; name=value`; the place behind it, or 0 where there is none. */
	private readParameter(start: usize, end: usize): usize {
		if (<u32>load<u8>(start) != SEMICOLON) return 0;
		let at = consumeToken(skipSpace(start + 1, end), end, this.token);
		if (this.token.size == 0) return 0;
		let nameAt = this.text.size;
		for (let i = 0; i < this.token.size; i++) this.text.byte(lower(load<u8>(this.token.ptr + i)));
		let valueAt = this.text.size;
		at = skipSpace(at, end);
		if (at >= end || <u32>load<u8>(at) != EQUALS) return 0;
		at = skipSpace(at + 1, end);
		let next = consumeValue(at, end, this.text);
		if (next == at) return 0;
		let text = this.text;
		this.parameters.add(text.ptr + nameAt, valueAt - nameAt, text.ptr + valueAt, text.size - valueAt);
		return next;
	}

	/** Whether two parameters of one name have different values. */
	private hasContradiction(): bool {
		let parameters = this.parameters;
		for (let i = 1; i < parameters.count; i++) {
			if (!parameters.sameKey(i - 1, i)) continue;
			let size = parameters.valueSize(i);
			if (parameters.valueSize(i - 1) != size) return true;
			if (memory.compare(parameters.valuePtr(i - 1), parameters.valuePtr(i), size) != 0) return true;
		}
		return false;
	}
}
