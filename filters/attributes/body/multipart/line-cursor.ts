import { findByte } from "../../ascii";

const LINE_FEED: u32 = 0x0a;
const RETURN: u32 = 0x0d;
/** The buffer in which Go's reader looks for the end of a line between parts. */
const MAX_LINE_BYTES: i32 = 4096;

/** Walks over the lines of a body. */
@final
export class LineCursor {
	at: usize = 0;
	end: usize = 0;
	/** The line last read. */
	ptr: usize = 0;
	size: i32 = 0;

	begin(ptr: usize, size: i32): void {
		this.at = ptr;
		this.end = ptr + size;
	}

	get ended(): bool {
		return this.at >= this.end;
	}

	/** Reads a line with its line feed; false where it has none, or is longer than a line between parts may be. */
	nextWhole(): bool {
		let feed = findByte(this.at, this.end, LINE_FEED);
		let whole = feed < this.end;
		this.take(whole ? feed + 1 : this.end);
		return whole && this.size <= MAX_LINE_BYTES;
	}

	/** Reads a line without its line feed and the return before it, the last one too; false behind the last. */
	next(): bool {
		if (this.ended) return false;
		let feed = findByte(this.at, this.end, LINE_FEED);
		let whole = feed < this.end;
		this.take(whole ? feed + 1 : this.end);
		if (!whole) return true;
		this.size--;
		if (this.size > 0 && <u32>load<u8>(this.ptr + this.size - 1) == RETURN) this.size--;
		return true;
	}

	/** Passes spaces and tabs; how many there were. */
	skipBlanks(): i32 {
		let from = this.at;
		while (this.at < this.end && isBlank(load<u8>(this.at))) this.at++;
		return <i32>(this.at - from);
	}

	/** Takes the blanks at both ends off the line last read. */
	trim(): void {
		while (this.size > 0 && isBlank(load<u8>(this.ptr + this.size - 1))) this.size--;
		while (this.size > 0 && isBlank(load<u8>(this.ptr))) {
			this.ptr++;
			this.size--;
		}
	}

	private take(to: usize): void {
		this.ptr = this.at;
		this.size = <i32>(to - this.at);
		this.at = to;
	}
}

/** A space or a tab. */
export function isBlank(byte: u32): bool {
	return byte == 0x20 || byte == 0x09;
}
