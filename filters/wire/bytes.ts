/**
 * Bytes being written: raw memory that grows by doubling up to a bound and is used again and again. It is made once,
 * for the life of the VM, so nothing frees it.
 */
@final
export class Bytes {
	ptr: usize;
	size: i32 = 0;
	/** Something did not fit within the bound; nothing is written after that until `reset`. */
	overflowed: bool = false;
	private capacity: i32;
	private max: i32;

	/** @param max the bound in bytes, `capacity` what is reserved at once. */
	constructor(capacity: i32, max: i32) {
		this.ptr = heap.alloc(<usize>capacity);
		this.capacity = capacity;
		this.max = max;
	}

	/** Empties it; the memory stays. */
	reset(): void {
		this.size = 0;
		this.overflowed = false;
	}

	/** Appends the low eight bits. */
	byte(b: u32): void {
		if (this.reserve(1)) this.push(b);
	}

	/** Appends `size` bytes, or none of them. */
	raw(ptr: usize, size: i32): void {
		if (!this.reserve(size)) return;
		memory.copy(this.ptr + this.size, ptr, size);
		this.size += size;
	}

	/** Appends a string as UTF-8, lone surrogates as U+FFFD; all of it or nothing. */
	text(s: string): void {
		const from = changetype<usize>(s);
		const length = s.length;
		const start = this.size;
		for (let i = 0; i < length; i++) {
			let c: u32 = load<u16>(from + ((<usize>i) << 1));
			if ((c & 0xfc00) == 0xd800 && i + 1 < length) {
				const low: u32 = load<u16>(from + ((<usize>(i + 1)) << 1));
				if ((low & 0xfc00) == 0xdc00) {
					c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
					i++;
				}
			}
			this.codePoint((c & 0xfffff800) == 0xd800 ? 0xfffd : c);
		}
		if (this.overflowed) this.size = start;
	}

	/** Appends one code point as UTF-8. It must not be a surrogate. */
	codePoint(c: u32): void {
		if (c < 0x80) {
			this.byte(c);
			return;
		}
		const size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		if (!this.reserve(size)) return;
		if (size == 2) {
			this.push(0xc0 | (c >> 6));
		} else if (size == 3) {
			this.push(0xe0 | (c >> 12));
			this.push(0x80 | ((c >> 6) & 0x3f));
		} else {
			this.push(0xf0 | (c >> 18));
			this.push(0x80 | ((c >> 12) & 0x3f));
			this.push(0x80 | ((c >> 6) & 0x3f));
		}
		this.push(0x80 | (c & 0x3f));
	}

	/** Whether there is room for so many bytes more without moving what is there. */
	fits(extra: i32): bool {
		return !this.overflowed && extra <= this.capacity - this.size;
	}

	/** Makes room for `extra` bytes more; false, and `overflowed`, where the bound forbids it. */
	reserve(extra: i32): bool {
		if (this.overflowed) return false;
		if (extra <= this.capacity - this.size) return true;
		if (extra > this.max - this.size) {
			this.overflowed = true;
			return false;
		}
		const doubled = min<i64>(<i64>this.capacity * 2, this.max);
		this.capacity = max<i32>(<i32>doubled, this.size + extra);
		this.ptr = heap.realloc(this.ptr, <usize>this.capacity);
		return true;
	}

	/** One byte more, for which there is room already. */
	private push(b: u32): void {
		store<u8>(this.ptr + this.size, b);
		this.size++;
	}
}
