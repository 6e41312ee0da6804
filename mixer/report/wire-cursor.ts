/** Bytes of the longest varint. */
const MAX_VARINT_BYTES = 10;

/** Types on the wire whose values have a length of their own. */
const VARINT = 0;
const BIT64 = 1;
const DELIMITED = 2;
const BIT32 = 5;

/**
 * Reads protobuf's wire format (protobuf.dev/programming-guides/encoding) in place. Everything throws a RangeError where
 * the bytes end too early. A batch has thousands of fields: nothing is made for one of them.
 */
export class WireCursor {
	pos = 0;
	readonly #bytes: Buffer;

	constructor(bytes: Uint8Array) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	get size(): number {
		return this.#bytes.length;
	}

	/** uint32, and a field's key: what is beyond 32 bits is cut off, as the format says. */
	uint32(): number {
		const first = this.#byte();
		if (first < 0x80) return first;
		let value = first & 0x7f;
		for (let i = 1; i < MAX_VARINT_BYTES; i++) {
			const byte = this.#byte();
			if (i < 5) value |= (byte & 0x7f) << (7 * i);
			if (byte < 0x80) return value >>> 0;
		}
		throw new RangeError("a varint of more than 10 bytes");
	}

	/** bool. */
	bool(): boolean {
		return this.uint64() !== 0n;
	}

	/** uint64. */
	uint64(): bigint {
		let value = 0n;
		for (let i = 0n; i < MAX_VARINT_BYTES; i++) {
			const byte = this.#byte();
			value |= BigInt(byte & 0x7f) << (7n * i);
			if (byte < 0x80) return BigInt.asUintN(64, value);
		}
		throw new RangeError("a varint of more than 10 bytes");
	}

	/** sint64; NaN where a number can't hold it exactly. */
	sint64(): number {
		const start = this.pos;
		let zigzag = 0;
		let unit = 1;
		for (let i = 0; i < 7; i++) {
			const byte = this.#byte();
			zigzag += (byte & 0x7f) * unit;
			if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
			unit *= 128;
		}
		this.pos = start;
		const long = this.uint64();
		const value = Number((long >> 1n) ^ -(long & 1n));
		return Number.isSafeInteger(value) ? value : Number.NaN;
	}

	/** sfixed64. */
	sfixed64(): bigint {
		return this.#bytes.readBigInt64LE(this.#skipTo(8));
	}

	double(): number {
		return this.#bytes.readDoubleLE(this.#skipTo(8));
	}

	/** string; what is no UTF-8 is replaced. */
	string(): string {
		const length = this.uint32();
		const start = this.#skipTo(length);
		return this.#bytes.toString("utf8", start, start + length);
	}

	/** bytes; of the message, not a copy. */
	bytes(): Uint8Array {
		const length = this.uint32();
		const start = this.#skipTo(length);
		return this.#bytes.subarray(start, start + length);
	}

	/** Where the message that begins here ends. */
	end(): number {
		const length = this.uint32();
		const stop = this.pos + length;
		if (stop > this.size) throw new RangeError("a message ends behind the bytes");
		return stop;
	}

	/** The key of the next field before `stop`; 0 where the message ends there. */
	key(stop: number): number {
		if (this.pos >= stop) {
			if (this.pos > stop) throw new RangeError("a field ends behind its message");
			return 0;
		}
		const key = this.uint32();
		if (key >>> 3 === 0) throw new RangeError("there is no field 0");
		return key;
	}

	/** Passes over the value of a field that is not known. */
	skip(key: number): void {
		const type = key & 7;
		if (type === VARINT) this.#skipVarint();
		else if (type === BIT64) this.#skipTo(8);
		else if (type === DELIMITED) this.#skipTo(this.uint32());
		else if (type === BIT32) this.#skipTo(4);
		else throw new RangeError(`there is no field ${key >>> 3} of type ${type}`);
	}

	#skipVarint(): void {
		for (let i = 0; i < MAX_VARINT_BYTES; i++) if (this.#byte() < 0x80) return;
		throw new RangeError("a varint of more than 10 bytes");
	}

	#byte(): number {
		const byte = this.#bytes[this.pos++];
		if (byte === undefined) throw new RangeError("the bytes end inside a field");
		return byte;
	}

	/** @returns where it was. */
	#skipTo(length: number): number {
		const start = this.pos;
		this.pos += length;
		if (this.pos > this.size) throw new RangeError("the bytes end inside a field");
		return start;
	}
}
