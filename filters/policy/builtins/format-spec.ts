import { Bytes } from "../../wire/bytes";
import { countRunes } from "./go-rune";

/** Go's bound for a width and a precision. */
export const MAX_WIDTH: i64 = 1_000_000;

const SPACE: u32 = 0x20;
const ZERO: u32 = 0x30;

/** Flags, width and precision of one verb of a format, with the names Go's package fmt has for them. */
@final
export class FormatSpec {
	sharp: bool = false;
	zero: bool = false;
	plus: bool = false;
	minus: bool = false;
	space: bool = false;
	/** %#v and %+v, where the flag means something else and is not set besides. */
	sharpV: bool = false;
	plusV: bool = false;
	/** 0 where there is none. */
	width: i32 = 0;
	/** -1 where there is none. */
	precision: i32 = -1;

	clear(): void {
		this.sharp = false;
		this.zero = false;
		this.plus = false;
		this.minus = false;
		this.space = false;
		this.sharpV = false;
		this.plusV = false;
		this.width = 0;
		this.precision = -1;
	}

	/** Appends text at the width, filled up with spaces, or on the left with zeros. */
	pad(out: Bytes, ptr: usize, size: i32): void {
		const missing = this.width == 0 ? 0 : this.width - countRunes(ptr, size);
		if (!this.minus) this.fill(out, missing);
		out.raw(ptr, size);
		if (this.minus) this.fill(out, missing);
	}

	/** Appends what fills up `missing` places. */
	fill(out: Bytes, missing: i32): void {
		repeat(out, this.zero && !this.minus ? ZERO : SPACE, missing);
	}
}

/** Appends a byte several times; nothing where it doesn't fit. */
export function repeat(out: Bytes, byte: u32, count: i32): void {
	if (count <= 0 || !out.reserve(count)) return;
	memory.fill(out.ptr + out.size, <u8>byte, count);
	out.size += count;
}
