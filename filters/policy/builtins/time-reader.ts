/** Go's bound for the digits of a number in a duration or a zone: 2^63, and a tenth of it. */
const BOUND: u64 = (<u64>1) << 63;

/** Reads the parts of a time from a text, by the rules of Go's package time. What is read is left in `value`. */
@final
export class TimeReader {
	at: usize = 0;
	end: usize = 0;
	value: i64 = 0;

	reset(ptr: usize, size: i32): void {
		this.at = ptr;
		this.end = ptr + size;
		this.value = 0;
	}

	get left(): i32 {
		return <i32>(this.end - this.at);
	}

	/** The byte so far ahead, or 0 past the end. */
	peek(offset: usize): u32 {
		return this.at + offset < this.end ? load<u8>(this.at + offset) : 0;
	}

	isDigit(offset: usize): bool {
		return this.peek(offset) - 0x30 < 10;
	}

	/** One or two digits, with `fixed` two. Where they aren't there nothing is read and `value` is 0. */
	readTwo(fixed: bool): bool {
		this.value = 0;
		if (!this.isDigit(0) || (fixed && !this.isDigit(1))) return false;
		this.readDigits(this.isDigit(1) ? 2 : 1);
		return true;
	}

	/** One to three digits, with `fixed` three. */
	readThree(fixed: bool): bool {
		this.value = 0;
		let count = 0;
		while (count < 3 && this.isDigit(count)) count++;
		if (count == 0 || (fixed && count != 3)) return false;
		this.readDigits(count);
		return true;
	}

	/** So many bytes as a number, with or without a sign: Go's atoi. They are read even if they are none. */
	readNumber(size: i32): bool {
		const end = this.at + size;
		const sign = size > 0 ? this.peek(0) : 0;
		this.value = 0;
		let good = true;
		for (let at = sign == 0x2d || sign == 0x2b ? this.at + 1 : this.at; at < end; at++) {
			const digit = <u32>load<u8>(at) - 0x30;
			if (digit > 9) good = false;
			this.value = this.value * 10 + digit;
		}
		if (sign == 0x2d) this.value = -this.value;
		if (!good) this.value = 0;
		this.at = end;
		return good;
	}

	/**
	 * Moves past literal text of a layout, for which any number of spaces are as one. On failure it stops at the byte
	 * that differs.
	 */
	skip(ptr: usize, end: usize): bool {
		let at = ptr;
		while (at < end) {
			if (load<u8>(at) == 0x20) {
				if (this.left > 0 && this.peek(0) != 0x20) return false;
				while (at < end && load<u8>(at) == 0x20) at++;
				while (this.left > 0 && this.peek(0) == 0x20) this.at++;
				continue;
			}
			if (this.left == 0 || this.peek(0) != <u32>load<u8>(at)) return false;
			at++;
			this.at++;
		}
		return true;
	}

	/** A point or comma and digits, `size` bytes in all, as nanoseconds. What is past the ninth digit is cut off. */
	readNanoseconds(size: i32): bool {
		const next = this.at + size;
		const mark = this.peek(0);
		this.value = 0;
		let good = mark == 0x2e || mark == 0x2c;
		if (good) {
			this.at++;
			const digits = min(size - 1, 9);
			good = this.readNumber(digits);
			for (let i = digits; i < 9; i++) this.value *= 10;
		}
		this.at = next;
		return good;
	}

	/** The size of a zone's abbreviation, or 0: it doesn't look like one. */
	zoneSize(): i32 {
		if (this.left < 3) return 0;
		if (this.is("ChST") || this.is("MeST")) return 4;
		if (this.is("GMT")) return 3 + this.offsetSize(3);
		if (this.peek(0) == 0x2b || this.peek(0) == 0x2d) return this.offsetSize(0);
		let upper = 0;
		while (upper < 6 && this.peek(upper) - 0x41 < 26) upper++;
		if (upper == 3) return 3;
		if (upper == 4 && (this.peek(3) == 0x54 || this.is("WITA"))) return 4;
		return upper == 5 && this.peek(4) == 0x54 ? 5 : 0;
	}

	is(text: string): bool {
		for (let i = 0; i < text.length; i++) {
			if (this.peek(i) != <u32>text.charCodeAt(i)) return false;
		}
		return true;
	}

	/** The size of a sign and a number up to 23. */
	private offsetSize(offset: usize): i32 {
		const sign = this.peek(offset);
		if (sign != 0x2b && sign != 0x2d) return 0;
		let number: u64 = 0;
		let at = offset + 1;
		for (; this.isDigit(at); at++) number = min(number * 10 + this.peek(at) - 0x30, BOUND / 16);
		return at == offset + 1 || number > 23 ? 0 : <i32>(at - offset);
	}

	private readDigits(count: i32): void {
		for (let i = 0; i < count; i++) this.value = this.value * 10 + this.peek(i) - 0x30;
		this.at += count;
	}
}
