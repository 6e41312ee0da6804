import { type BytesLike, toBytes, toText } from "./fake-host-module.ts";

/** Headers as tests write them; a value that is not UTF-8 is given as bytes. */
export type Headers = readonly (readonly [name: string, value: BytesLike])[];

/** The headers of one map of a stream, in order, repeated ones apart. */
export class HeaderTable {
	readonly pairs: { name: string; value: Uint8Array }[];

	constructor(headers: Headers) {
		this.pairs = headers.map(([name, value]) => ({ name: name.toLowerCase(), value: toBytes(value) }));
	}

	add(name: string, value: Uint8Array): void {
		this.pairs.push({ name: name.toLowerCase(), value });
	}

	/** As Envoy: the first of the name takes the value, the others go. */
	replace(name: string, value: Uint8Array): void {
		const first = this.pairs.find((pair) => pair.name === name.toLowerCase());
		if (first === undefined) {
			this.add(name, value);
			return;
		}
		first.value = value;
		this.drop((pair) => pair.name === first.name && pair !== first);
	}

	remove(name: string): void {
		this.drop((pair) => pair.name === name.toLowerCase());
	}

	/** The first value of a name as text. */
	get(name: string): string | undefined {
		const pair = this.pairs.find((candidate) => candidate.name === name);
		return pair === undefined ? undefined : toText(pair.value);
	}

	/** All of them as text, for comparisons. */
	toText(): [string, string][] {
		return this.pairs.map(({ name, value }) => [name, toText(value)]);
	}

	/** The ABI's form: a count, the sizes, then each name and value with a NUL after it; nothing for no pairs. */
	serialize(): Uint8Array {
		if (this.pairs.length === 0) return new Uint8Array();
		const fields = this.pairs.flatMap(({ name, value }) => [toBytes(name), value]);
		const sizes = new Uint32Array([this.pairs.length, ...fields.map((field) => field.length)]);
		return Buffer.concat([new Uint8Array(sizes.buffer), ...fields.flatMap((field) => [field, new Uint8Array(1)])]);
	}

	/** From the ABI's form. */
	static parse(bytes: Uint8Array): HeaderTable {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		const count = bytes.length === 0 ? 0 : view.getUint32(0, true);
		const headers: [string, Uint8Array][] = [];
		let at = 4 + count * 8;
		for (let i = 0; i < count; i++) {
			const nameSize = view.getUint32(4 + i * 8, true);
			const valueSize = view.getUint32(8 + i * 8, true);
			const valueAt = at + nameSize + 1;
			headers.push([toText(bytes.subarray(at, at + nameSize)), bytes.slice(valueAt, valueAt + valueSize)]);
			at = valueAt + valueSize + 1;
		}
		if (count > 0 && at !== bytes.length) throw new Error(`a pairs map of ${bytes.length} bytes ends at ${at}`);
		return new HeaderTable(headers);
	}

	private drop(which: (pair: { name: string }) => boolean): void {
		this.pairs.splice(0, this.pairs.length, ...this.pairs.filter((pair) => !which(pair)));
	}
}
