import assert from "node:assert/strict";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** In the word before a block of AssemblyScript's allocator, beside its size: whether it, and its left one, is free. */
const FREE = 1;
const LEFT_FREE = 2;

/** Bytes as tests write them: text stands for its UTF-8. */
export type BytesLike = string | Uint8Array;

export function toBytes(bytes: BytesLike): Uint8Array {
	return typeof bytes === "string" ? encoder.encode(bytes) : bytes;
}

export function toText(bytes: Uint8Array): string {
	return decoder.decode(bytes);
}

/** One instance of the filter: its exports, its memory and what was allocated in it for what the host hands over. */
export class FakeHostModule {
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly memory: WebAssembly.Memory;
	/** Handed over and not known to be free: place, and the allocator's word before it as it was then. */
	private readonly handedOver = new Map<number, { size: number; header: number }>();
	private fault: unknown;
	/** How often each of the host's functions was called. */
	readonly calls = new Map<string, number>();

	/** @param env the host's functions by name; a name the module asks for and that is not there fails when called. */
	constructor(wasm: Uint8Array, env: Record<string, unknown>) {
		const module = new WebAssembly.Module(wasm);
		const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => {
			assert.equal(from, "env", `the module imports ${name} from ${from}`);
			return [name, this.contain(name, env[name])] as const;
		});
		this.exports = new WebAssembly.Instance(module, { env: Object.fromEntries(imports) }).exports;
		const { memory } = this.exports;
		assert.ok(memory instanceof WebAssembly.Memory, "the module exports no memory");
		this.memory = memory;
	}

	/** Calls an export; undefined if there is none. A fault of the host inside, which Wasm could catch, surfaces here. */
	call(name: string, ...args: number[]): number | undefined {
		const target = this.exports[name];
		if (typeof target !== "function") return undefined;
		const result: unknown = target(...args);
		if (this.fault !== undefined) throw this.fault;
		this.forgetFreed();
		return typeof result === "number" ? result : 0;
	}

	/** Calls an export of the test's own that takes or gives 64 bits. */
	callBigInt(name: string, ...args: (number | bigint)[]): bigint {
		const target = this.exports[name];
		assert.ok(typeof target === "function", name);
		const result: unknown = target(...args);
		if (this.fault !== undefined) throw this.fault;
		return typeof result === "bigint" ? result : 0n;
	}

	has(name: string): boolean {
		return typeof this.exports[name] === "function";
	}

	/** The value of an exported global. */
	global(name: string): number {
		const target = this.exports[name];
		assert.ok(target instanceof WebAssembly.Global, name);
		const value: unknown = target.value;
		return Number(value);
	}

	get memoryBytes(): number {
		return this.memory.buffer.byteLength;
	}

	/** A copy. */
	read(ptr: number, size: number): Uint8Array {
		return new Uint8Array(this.memory.buffer, ptr >>> 0, size >>> 0).slice();
	}

	readText(ptr: number, size: number): string {
		return toText(this.read(ptr, size));
	}

	write(ptr: number, bytes: Uint8Array): void {
		new Uint8Array(this.memory.buffer).set(bytes, ptr >>> 0);
	}

	writeU32(ptr: number, value: number): void {
		this.view().setUint32(ptr >>> 0, value, true);
	}

	writeU64(ptr: number, value: bigint): void {
		this.view().setBigUint64(ptr >>> 0, value, true);
	}

	/** Hands bytes over as Envoy does: in memory from the module's malloc, none for no bytes. */
	handOver(bytes: Uint8Array, ptrPtr: number, sizePtr: number): void {
		let ptr = 0;
		if (bytes.length > 0) {
			ptr = (this.call("malloc", bytes.length) ?? 0) >>> 0;
			assert.notEqual(ptr, 0, "malloc had no memory");
			this.remember(ptr, bytes.length);
			this.write(ptr, bytes);
		}
		this.writeU32(ptrPtr, ptr);
		this.writeU32(sizePtr, bytes.length);
	}

	/**
	 * How many of the blocks handed over the module has not freed. One that it freed and allocated again for itself, at
	 * the same place and of the same size, within one callback, counts as well: what the filter does for a request
	 * allocates nothing.
	 */
	outstandingAllocations(): number {
		this.forgetFreed();
		return this.handedOver.size;
	}

	/** A block still held has the same word before it as when it was handed over. */
	private forgetFreed(): void {
		for (const [ptr, { header }] of this.handedOver) {
			if (((this.header(ptr) ^ header) & ~LEFT_FREE) !== 0) this.handedOver.delete(ptr);
		}
	}

	private remember(ptr: number, size: number): void {
		for (const [other, block] of this.handedOver) {
			if (other < ptr + size && ptr < other + block.size) this.handedOver.delete(other);
		}
		const header = this.header(ptr);
		assert.equal(header & FREE, 0, "malloc handed out a free block");
		this.handedOver.set(ptr, { size, header });
	}

	private header(ptr: number): number {
		return this.view().getUint32(ptr - 4, true);
	}

	private view(): DataView {
		return new DataView(this.memory.buffer);
	}

	/** A Wasm `catch_all` catches what JavaScript throws: keep it, so that `call` can throw it again. */
	private contain(name: string, target: unknown): (...args: number[]) => unknown {
		return (...args) => {
			this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
			try {
				assert.ok(typeof target === "function", `the fake host has no ${name}`);
				return target(...args);
			} catch (thrown) {
				this.fault ??= thrown;
				throw thrown;
			}
		};
	}
}
