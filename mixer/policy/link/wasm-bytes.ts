/** Reads WebAssembly's binary format (webassembly.github.io/spec/core/binary). Numbers are in LEB128. */
export class WasmReader {
	at = 0;
	readonly bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	get done(): boolean {
		return this.at >= this.bytes.length;
	}

	byte(): number {
		const value = this.bytes[this.at++];
		if (value === undefined) throw new Error("the WebAssembly module is cut off");
		return value;
	}

	unsigned(): number {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			const byte = this.byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
		}
	}

	/** The bytes of one number, as they are. */
	leb(): Uint8Array {
		const start = this.at;
		while (this.byte() >= 0x80);
		return this.bytes.subarray(start, this.at);
	}

	take(size: number): Uint8Array {
		if (this.at + size > this.bytes.length) throw new Error("the WebAssembly module is cut off");
		this.at += size;
		return this.bytes.subarray(this.at - size, this.at);
	}

	/** Bytes behind their size. */
	sized(): Uint8Array {
		return this.take(this.unsigned());
	}

	name(): string {
		return Buffer.from(this.sized()).toString("utf8");
	}

	list<Item>(read: () => Item): Item[] {
		return Array.from({ length: this.unsigned() }, read);
	}
}

/** Writes the same. */
export class WasmWriter {
	#bytes = new Uint8Array(256);
	#size = 0;

	get bytes(): Uint8Array {
		return this.#bytes.subarray(0, this.#size);
	}

	byte(value: number): void {
		this.#reserve(1);
		this.#bytes[this.#size++] = value;
	}

	unsigned(value: number): void {
		let rest = value;
		for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
		this.byte(rest);
	}

	/** A number that is not negative, where the format has a signed one. */
	signed(value: number): void {
		let rest = value;
		for (; rest >= 0x40; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
		this.byte(rest);
	}

	raw(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#size);
		this.#size += bytes.length;
	}

	sized(bytes: Uint8Array): void {
		this.unsigned(bytes.length);
		this.raw(bytes);
	}

	name(text: string): void {
		this.sized(Buffer.from(text));
	}

	list<Item>(items: readonly Item[], write: (item: Item) => void): void {
		this.unsigned(items.length);
		for (const item of items) write(item);
	}

	#reserve(size: number): void {
		if (this.#size + size <= this.#bytes.length) return;
		const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + size));
		larger.set(this.bytes);
		this.#bytes = larger;
	}
}
