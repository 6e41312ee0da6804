import { Bytes } from "./bytes";

/*
 * Protobuf's wire format (protobuf.dev/programming-guides/encoding), written field by field. What does not fit leaves
 * `out.overflowed`, so the caller asks once, at the end.
 */

/** A base-128 varint without a tag: for elements of packed fields. */
export function writeVarint(out: Bytes, value: u64): void {
	while (value >= 0x80) {
		out.byte(<u32>value | 0x80);
		value >>= 7;
	}
	out.byte(<u32>value);
}

/** uint32, uint64, int64, enum. */
export function writeVarintField(out: Bytes, field: u32, value: u64): void {
	writeTag(out, field, 0);
	writeVarint(out, value);
}

/** sint32, sint64: zigzag. */
export function writeSint(out: Bytes, field: u32, value: i64): void {
	writeVarintField(out, field, <u64>((value << 1) ^ (value >> 63)));
}

/** fixed64, sfixed64. */
export function writeFixed64Field(out: Bytes, field: u32, value: u64): void {
	writeTag(out, field, 1);
	if (!out.reserve(8)) return;
	store<u64>(out.ptr + out.size, value);
	out.size += 8;
}

/** double. */
export function writeDoubleField(out: Bytes, field: u32, value: f64): void {
	writeFixed64Field(out, field, reinterpret<u64>(value));
}

/** bool. */
export function writeBoolField(out: Bytes, field: u32, value: bool): void {
	writeVarintField(out, field, value ? 1 : 0);
}

/** bytes, and string where the bytes are UTF-8 already. */
export function writeBytesField(out: Bytes, field: u32, ptr: usize, size: i32): void {
	writeTag(out, field, 2);
	writeVarint(out, size);
	out.raw(ptr, size);
}

/** Opens an embedded message or a packed field; what follows belongs to it until `endMessage` is given the mark. */
export function beginMessage(out: Bytes, field: u32): i32 {
	writeTag(out, field, 2);
	const mark = out.size;
	out.byte(0);
	return mark;
}

/** Closes the innermost open message: writes its length, and moves its bytes where that takes more than one byte. */
export function endMessage(out: Bytes, mark: i32): void {
	if (out.overflowed) return;
	const size = out.size - mark - 1;
	const extra = varintSize(size) - 1;
	if (extra > 0) {
		if (!out.reserve(extra)) return;
		memory.copy(out.ptr + mark + 1 + extra, out.ptr + mark + 1, size);
	}
	out.size = mark;
	writeVarint(out, size);
	out.size += size;
}

function writeTag(out: Bytes, field: u32, wire: u32): void {
	writeVarint(out, (field << 3) | wire);
}

function varintSize(value: u32): i32 {
	return (38 - <i32>clz<u32>(value | 1)) / 7;
}
