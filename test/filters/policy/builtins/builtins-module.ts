import assert from "node:assert/strict";
import { toText } from "../../../support/fake-host-module.ts";
import { buildTestFilter } from "../../../support/test-filter.ts";

/** What a call came to; the texts are OPA's notation and OPA's words. */
export type Answer =
	| { readonly status: "ok"; readonly value: string }
	| { readonly status: "error"; readonly fault: string; readonly opas: boolean };

/** test/filters/wasm/builtins.ts in Node. */
export class BuiltinsModule {
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly memory: WebAssembly.Memory;

	constructor(wasm: Uint8Array) {
		const proxy_log = (_level: number, ptr: number, size: number) => {
			throw new Error(toText(this.read(ptr, size)));
		};
		const module = new WebAssembly.Module(wasm);
		this.exports = new WebAssembly.Instance(module, { env: { proxy_log } }).exports;
		assert.ok(this.exports.memory instanceof WebAssembly.Memory);
		this.memory = this.exports.memory;
		this.number("_initialize");
	}

	static async build(): Promise<BuiltinsModule> {
		return new BuiltinsModule(await buildTestFilter("builtins", ["*"]));
	}

	/** Calls an export. */
	number(name: string, ...args: (number | bigint)[]): number {
		const target = this.exports[name];
		assert.ok(typeof target === "function", name);
		return Number(target(...args));
	}

	get memoryBytes(): number {
		return this.memory.buffer.byteLength;
	}

	/** The id of a built-in, or -1. */
	byName(name: string): number {
		return this.with(Buffer.from(name), (ptr, size) => this.number("byName", ptr, size));
	}

	/** The built-in's own name by its id. */
	nameOf(id: number): string {
		return toText(this.read(this.number("namePtr", id), this.number("nameSize", id)));
	}

	/** Calls a built-in with values in OPA's notation, or with any bytes. */
	run(name: string, args: readonly (string | Uint8Array)[]): Answer {
		return this.runById(this.byName(name), args);
	}

	runById(id: number, args: readonly (string | Uint8Array)[]): Answer {
		const places: number[] = [];
		this.number("resetArguments");
		for (const arg of args) {
			const bytes = Buffer.from(arg);
			const ptr = this.number("malloc", bytes.length) >>> 0;
			new Uint8Array(this.memory.buffer).set(bytes, ptr);
			places.push(ptr);
			this.number("addArgument", ptr, bytes.length);
		}
		const status = this.number("run", id);
		for (const place of places) this.number("free", place);
		const value = toText(this.read(this.number("outPtr"), this.number("outSize")));
		if (status === 0) return { status: "ok", value };
		assert.deepEqual([status, value], [2, ""]);
		return { status: "error", fault: this.fault(), opas: this.number("faultIsOpas") === 1 };
	}

	private fault(): string {
		this.number("readFault");
		return toText(this.read(this.number("wordsPtr"), this.number("wordsSize")));
	}

	private with<T>(bytes: Uint8Array, use: (ptr: number, size: number) => T): T {
		const ptr = this.number("malloc", bytes.length) >>> 0;
		new Uint8Array(this.memory.buffer).set(bytes, ptr);
		try {
			return use(ptr, bytes.length);
		} finally {
			this.number("free", ptr);
		}
	}

	private read(ptr: number, size: number): Uint8Array {
		return new Uint8Array(this.memory.buffer, ptr >>> 0, size).slice();
	}
}
