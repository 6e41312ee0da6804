import { Slice } from "../../../wire/slice";

/** What stands between the parts of a body, as Go's multipart.Reader looks for it. */
@final
export class Boundary {
	/** `\r\n--boundary`, or `\n--boundary` where the first line with the boundary ended so. */
	private line: Slice = new Slice();

	/** @param line `\r\n--boundary`, which has to stay where it is. */
	begin(line: Slice): void {
		this.line.set(line.ptr, line.size);
	}

	/** Lines end in a line feed alone from here on. */
	dropReturn(): void {
		this.line.set(this.line.ptr + 1, this.line.size - 1);
	}

	/** How a line ends: two bytes, or one. */
	get lineEndSize(): i32 {
		return load<u8>(this.line.ptr) == 0x0d ? 2 : 1;
	}

	/** `--boundary`. */
	dashes(out: Slice): void {
		let size = this.lineEndSize;
		out.set(this.line.ptr + size, this.line.size - size);
	}

	/** Where the part that starts at a place ends; 0 where there is no boundary behind it. */
	endOf(start: usize, end: usize): usize {
		let line = this.line;
		let lineEnd = this.lineEndSize;
		let at = start;
		// An empty part has the boundary at once, without a line's end before it.
		if (startsWith(at, end, line.ptr + lineEnd, line.size - lineEnd)) {
			let behind = at + line.size - lineEnd;
			if (isEnd(behind, end)) return at;
			at = behind;
		}
		for (; at + line.size <= end; at++) {
			if (load<u8>(at) != load<u8>(line.ptr) || !startsWith(at, end, line.ptr, line.size)) continue;
			if (isEnd(at + line.size, end)) return at;
			at += line.size - 1;
		}
		return 0;
	}
}

function startsWith(at: usize, end: usize, ptr: usize, size: i32): bool {
	return at + size <= end && memory.compare(at, ptr, size) == 0;
}

/** Whether a boundary is one by what follows it: white space, two dashes, or the end of the body. */
function isEnd(at: usize, end: usize): bool {
	if (at == end) return true;
	let byte: u32 = load<u8>(at);
	if (byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a) return true;
	return byte == 0x2d && at + 1 < end && <u32>load<u8>(at, 1) == 0x2d;
}
