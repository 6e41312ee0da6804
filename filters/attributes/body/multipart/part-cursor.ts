import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { isBlank, LineCursor } from "./line-cursor";
import { Boundary } from "./part-body";
import { HeaderRead, PartHeader } from "./part-header";

/** What the next part of a body is. */
export enum PartFound {
	Part = 0,
	/** There is none: the last one was before. */
	None = 1,
	Malformed = 2,
}

const DASH: u32 = 0x2d;
const LINE_FEED: u32 = 0x0a;
/** Around the boundary: a line's end and four dashes. */
const MAX_BOUNDARY_BYTES: i32 = 1048576 + 8;

/** Walks over the parts of a multipart body as Go's multipart.Reader does (RFC 2046, section 5.1). Reused. */
@final
export class PartCursor {
	header: PartHeader = new PartHeader();
	/** What the part holds, still encoded. */
	contentPtr: usize = 0;
	contentSize: i32 = 0;
	private lines: LineCursor = new LineCursor();
	private boundary: Boundary = new Boundary();
	private marker: Bytes = new Bytes(128, MAX_BOUNDARY_BYTES);
	private slice: Slice = new Slice();
	private parts: i32 = 0;
	private valid: bool = false;

	begin(body: Slice, boundary: Bytes): void {
		this.marker.reset();
		this.marker.text("\r\n--");
		this.marker.raw(boundary.ptr, boundary.size);
		this.slice.set(this.marker.ptr, this.marker.size);
		this.boundary.begin(this.slice);
		this.lines.begin(body.ptr, body.size);
		this.parts = 0;
		this.valid = boundary.size > 0;
	}

	/** Reads the next part; behind the last one nothing is read. */
	next(): PartFound {
		let lines = this.lines;
		let expected = false;
		while (this.valid) {
			let whole = lines.nextWhole();
			if (!whole) return lines.ended && this.isFinal() ? PartFound.None : PartFound.Malformed;
			if (this.isDelimiter()) return this.readPart();
			if (this.isFinal()) return PartFound.None;
			if (expected) break;
			// What stands before the first part means nothing.
			if (this.parts == 0) continue;
			if (!this.isLineEnd(lines.ptr, lines.size)) break;
			expected = true;
		}
		return PartFound.Malformed;
	}

	private readPart(): PartFound {
		this.parts++;
		let lines = this.lines;
		let read = this.header.read(lines);
		if (read == HeaderRead.Ended) return PartFound.None;
		if (read == HeaderRead.Malformed) return PartFound.Malformed;
		let end = this.boundary.endOf(lines.at, lines.end);
		if (end == 0) return PartFound.Malformed;
		this.contentPtr = lines.at;
		this.contentSize = <i32>(end - lines.at);
		lines.at = end;
		return PartFound.Part;
	}

	/** Whether the line is `--boundary`. The first such line says how lines end. */
	private isDelimiter(): bool {
		let rest = this.behindBoundary(false);
		if (rest == 0) return false;
		let size = <i32>(this.lines.ptr + this.lines.size - rest);
		let feedAlone = size == 1 && <u32>load<u8>(rest) == LINE_FEED;
		if (this.parts == 0 && feedAlone && this.boundary.lineEndSize == 2) this.boundary.dropReturn();
		return this.isLineEnd(rest, size);
	}

	/** Whether the line is `--boundary--`, with or without a line's end. */
	private isFinal(): bool {
		let rest = this.behindBoundary(true);
		if (rest == 0) return false;
		let size = <i32>(this.lines.ptr + this.lines.size - rest);
		return size == 0 || this.isLineEnd(rest, size);
	}

	/** The place in the line behind boundary, dashes and blanks; 0 where the line does not begin so. */
	private behindBoundary(dashes: bool): usize {
		let lines = this.lines;
		let end = lines.ptr + lines.size;
		this.boundary.dashes(this.slice);
		let size = this.slice.size;
		if (lines.size < size || memory.compare(lines.ptr, this.slice.ptr, size) != 0) return 0;
		let at = lines.ptr + size;
		if (dashes) {
			if (at + 2 > end || <u32>load<u8>(at) != DASH || <u32>load<u8>(at, 1) != DASH) return 0;
			at += 2;
		}
		while (at < end && isBlank(load<u8>(at))) at++;
		return at;
	}

	private isLineEnd(ptr: usize, size: i32): bool {
		let wanted = this.boundary.lineEndSize;
		return size == wanted && <u32>load<u8>(ptr + size - 1) == LINE_FEED && (size == 1 || load<u8>(ptr) == 0x0d);
	}
}
