/**
 * Reads protobuf's wire format field by field, without copies. Truncated or hostile bytes end with `ok` false; nothing
 * outside the range given is ever read. Groups, which proto3 does not have, count as malformed.
 */
@final
export class ProtobufReader {
	/** The field's number. */
	field: u32 = 0;
	/** Its wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
	wire: u32 = 0;
	/** Its value, for wire types 0, 1 and 5; 0 otherwise. */
	value: u64 = 0;
	/** Its bytes, for wire type 2; 0 otherwise. */
	ptr: usize = 0;
	size: i32 = 0;
	/** Nothing malformed was met so far. */
	ok: bool = true;
	private at: usize = 0;
	private end: usize = 0;

	/** Starts at a message's first byte. */
	reset(ptr: usize, size: i32): void {
		this.at = ptr;
		this.end = ptr + max<i32>(size, 0);
		this.ok = size >= 0;
		this.clear();
	}

	/** Reads the next field; false at the end, and where the bytes are malformed (`ok` tells which). */
	next(): bool {
		this.clear();
		if (!this.ok || this.at >= this.end) return false;
		const start = this.at;
		// A tag is a uint32: five bytes at most, also where those beyond would add nothing.
		if (!this.varint() || this.value > u32.MAX_VALUE || this.at - start > 5) return this.fail();
		this.field = <u32>this.value >> 3;
		this.wire = <u32>this.value & 7;
		this.value = 0;
		if (this.field == 0) return this.fail();
		switch (this.wire) {
			case 0:
				return this.varint() || this.fail();
			case 1:
				return this.fixed(8);
			case 2:
				return this.delimited();
			case 5:
				return this.fixed(4);
			default:
				return this.fail();
		}
	}

	/** Reads one element of a packed field of varints, for a reader that was `reset` to the field's bytes. */
	nextPacked(): bool {
		this.clear();
		if (!this.ok || this.at >= this.end) return false;
		return this.varint() || this.fail();
	}

	/** Reads one element of a packed field of this wire type: 0, 1 or 5. */
	nextElement(wire: u32): bool {
		if (wire == 0) return this.nextPacked();
		this.clear();
		if (!this.ok || this.at >= this.end) return false;
		return this.fixed(wire == 1 ? 8 : 4);
	}

	private varint(): bool {
		let value: u64 = 0;
		for (let shift: u64 = 0; shift < 70; shift += 7) {
			if (this.at >= this.end) return false;
			const byte: u64 = load<u8>(this.at++);
			// The tenth byte has room for the 64th bit alone.
			if (shift == 63 && byte > 1) return false;
			value |= (byte & 0x7f) << shift;
			if (byte < 0x80) {
				this.value = value;
				return true;
			}
		}
		return false;
	}

	private fixed(size: i32): bool {
		if (this.end - this.at < <usize>size) return this.fail();
		this.value = size == 8 ? load<u64>(this.at) : load<u32>(this.at);
		this.at += size;
		return true;
	}

	private delimited(): bool {
		if (!this.varint() || this.value > <u64>(this.end - this.at)) return this.fail();
		this.ptr = this.at;
		this.size = <i32>this.value;
		this.value = 0;
		this.at += this.size;
		return true;
	}

	private fail(): bool {
		this.clear();
		this.ok = false;
		return false;
	}

	private clear(): void {
		this.field = 0;
		this.wire = 0;
		this.value = 0;
		this.ptr = 0;
		this.size = 0;
	}
}

/** Undoes zigzag: the value of a sint32 or sint64 field. */
export function zigzag(value: u64): i64 {
	return <i64>(value >> 1) ^ -(<i64>(value & 1));
}
