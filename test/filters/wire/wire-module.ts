import assert from "node:assert/strict";
import { toText } from "../../support/fake-host-module.ts";
import { buildTestFilter } from "../../support/test-filter.ts";

type Numeric = number | bigint | boolean;

/** test/filters/wasm/wire.ts in Node: its exports by name, and bytes in and out. */
export class WireModule {
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly memory: WebAssembly.Memory;

	private constructor(wasm: Uint8Array) {
		const module = new WebAssembly.Module(wasm);
		const proxy_log = (_level: number, ptr: number, size: number) => {
			throw new Error(toText(this.read(ptr, size)));
		};
		this.exports = new WebAssembly.Instance(module, { env: { proxy_log } }).exports;
		assert.ok(this.exports.memory instanceof WebAssembly.Memory);
		this.memory = this.exports.memory;
		this.call("_initialize");
	}

	/** @param entry another file of test/filters/wasm with the same exports for memory. */
	static async build(entry = "wire"): Promise<WireModule> {
		return new WireModule(await buildTestFilter(entry, ["*"]));
	}

	/** Calls an export; its result as the number it is. */
	call(name: string, ...args: Numeric[]): number | bigint {
		const target = this.exports[name];
		assert.ok(typeof target === "function", name);
		const result: unknown = target(...args);
		return typeof result === "bigint" || typeof result === "number" ? result : 0;
	}

	number(name: string, ...args: Numeric[]): number {
		return Number(this.call(name, ...args));
	}

	/** Runs something with bytes in the module's memory, just as long as needed: what is read past them is not theirs. */
	with<T>(bytes: Uint8Array, use: (ptr: number, size: number) => T): T {
		const ptr = this.number("malloc", bytes.length) >>> 0;
		new Uint8Array(this.memory.buffer).set(bytes, ptr);
		try {
			return use(ptr, bytes.length);
		} finally {
			this.call("free", ptr);
		}
	}

	/** What a run wrote. */
	written(write: () => void): Uint8Array {
		this.call("outReset");
		write();
		return this.read(this.number("outPtr"), this.number("outSize"));
	}

	/** The same as text. */
	text(write: () => void): string {
		return toText(this.written(write));
	}

	get memoryBytes(): number {
		return this.memory.buffer.byteLength;
	}

	/** A copy. */
	read(ptr: number, size: number): Uint8Array {
		return new Uint8Array(this.memory.buffer, ptr >>> 0, size).slice();
	}
}
