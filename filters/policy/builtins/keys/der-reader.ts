/** Tags of ASN.1 (X.690) that keys and certificates have. */
export enum DerTag {
	Boolean = 0x01,
	Integer = 0x02,
	BitString = 0x03,
	OctetString = 0x04,
	Null = 0x05,
	ObjectIdentifier = 0x06,
	Sequence = 0x30,
	/** [0] in a certificate: its version. */
	Version = 0xa0,
	/** [3] in a certificate. */
	Extensions = 0xa3,
}

/** Reads the elements of DER one after the other, without copies; nothing outside of the range is ever read. */
@final
export class DerReader {
	/** Of the element read last: its tag, and its contents. */
	tag: u32 = 0;
	ptr: usize = 0;
	size: i32 = 0;
	private at: usize = 0;
	private end: usize = 0;

	reset(ptr: usize, size: i32): void {
		this.at = ptr;
		this.end = ptr + size;
	}

	/** Goes on inside of the element read last. */
	enter(): void {
		this.reset(this.ptr, this.size);
	}

	/** Whether nothing is left. */
	get empty(): bool {
		return this.at == this.end;
	}

	/** The tag of the next element; 0 where there is none. */
	get nextTag(): u32 {
		return this.empty ? 0 : load<u8>(this.at);
	}

	/** Reads the next element; false where it has another tag, is cut short, or its length is not DER's. */
	read(tag: u32): bool {
		return this.nextTag == tag && this.any();
	}

	/** Reads an INTEGER that is not negative; its contents are as short as they can be, a zero before the sign bit included. */
	natural(): bool {
		if (!this.read(DerTag.Integer) || this.size == 0) return false;
		const first: u32 = load<u8>(this.ptr);
		if (first >= 0x80) return false;
		return this.size == 1 || first != 0 || load<u8>(this.ptr, 1) >= 0x80;
	}

	/** Reads an OBJECT IDENTIFIER; its numbers have less than 32 bits, as Go keeps them. */
	objectId(): bool {
		if (!this.read(DerTag.ObjectIdentifier) || this.size == 0) return false;
		let number: u32 = 0;
		let starts = true;
		for (let i = 0; i < this.size; i++) {
			const byte: u32 = load<u8>(this.ptr + i);
			if ((starts && byte == 0x80) || number >= 1 << 24) return false;
			number = (number << 7) | (byte & 0x7f);
			starts = byte < 0x80;
			if (starts) number = 0;
		}
		return starts;
	}

	/** Reads a BOOLEAN. */
	boolean(): bool {
		if (!this.read(DerTag.Boolean) || this.size != 1) return false;
		return load<u8>(this.ptr) == 0 || load<u8>(this.ptr) == 0xff;
	}

	/** Reads a BIT STRING, in whose first byte is how many bits of its last, zeros, don't belong to it. */
	bits(): bool {
		if (!this.read(DerTag.BitString) || this.size == 0) return false;
		const unused: u32 = load<u8>(this.ptr);
		if (unused == 0) return true;
		const last: u32 = load<u8>(this.ptr + this.size - 1);
		return unused < 8 && this.size > 1 && (last & ((1 << unused) - 1)) == 0;
	}

	/** Reads the next element, whatever it is. Tags of more than a byte are refused, as Go does. */
	any(): bool {
		if (this.end - this.at < 2) return false;
		this.tag = load<u8>(this.at);
		if ((this.tag & 0x1f) == 0x1f) return false;
		const first: u32 = load<u8>(this.at, 1);
		const lengthBytes: i32 = first < 0x80 ? 0 : <i32>(first & 0x7f);
		if (lengthBytes > 4 || first == 0x80 || this.end - this.at < <usize>(2 + lengthBytes)) return false;
		let length: u64 = first;
		if (lengthBytes > 0) {
			length = 0;
			for (let i = 0; i < lengthBytes; i++) length = (length << 8) | <u64>load<u8>(this.at + 2 + i);
			if (length < 0x80 || length >> (<u64>(lengthBytes - 1) * 8) == 0) return false;
		}
		const from = this.at + 2 + lengthBytes;
		if (length > <u64>(this.end - from)) return false;
		this.ptr = from;
		this.size = <i32>length;
		this.at = from + <usize>length;
		return true;
	}
}
