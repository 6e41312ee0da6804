import assert from "node:assert/strict";
import { toBytes, toText } from "../../../support/fake-host-module.ts";
import type { BuiltinsModule } from "./builtins-module.ts";

const MEMORY_PAGES = 32;

/** A policy compiled by opa whose host is the filter's built-ins: values go over as OPA's module dumps and parses them. */
export class OpaModule {
	private readonly memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly names: ReadonlyMap<number, string>;
	private readonly builtins: BuiltinsModule;

	constructor(wasm: Uint8Array, builtins: BuiltinsModule) {
		this.builtins = builtins;
		const call = (id: number, _context: number, ...args: number[]) => this.answer(id, args);
		const env = {
			memory: this.memory,
			opa_abort: (ptr: number) => {
				throw new Error(this.textAt(ptr));
			},
			opa_println: () => undefined,
			opa_builtin0: call,
			opa_builtin1: call,
			opa_builtin2: call,
			opa_builtin3: call,
			opa_builtin4: call,
		};
		this.exports = new WebAssembly.Instance(new WebAssembly.Module(toBytes(wasm).slice()), { env }).exports;
		const listed: unknown = JSON.parse(this.textAt(this.call("opa_json_dump", this.call("builtins"))));
		assert.ok(typeof listed === "object" && listed !== null);
		this.names = new Map(Object.entries(listed).map(([name, id]) => [Number(id), name]));
	}

	/** The built-ins that it leaves to its host. */
	get leftToHost(): string[] {
		return [...this.names.values()].sort();
	}

	/** The results of its first entrypoint, as JSON. */
	evaluate(input: string): string {
		const data = this.put("{}");
		const question = this.put(input);
		const heap = this.call("opa_heap_ptr_get");
		const dataAt = this.call("opa_json_parse", data, 2);
		const end = this.call("opa_heap_ptr_get");
		assert.ok(end >= heap);
		return this.textAt(this.call("opa_eval", 0, 0, dataAt, question, Buffer.byteLength(input), end, 0));
	}

	private answer(id: number, args: readonly number[]): number {
		const values = args.map((place) => this.textAt(this.call("opa_value_dump", place)));
		const answer = this.builtins.run(this.names.get(id) ?? "", values);
		assert.ok(answer.status === "ok", JSON.stringify({ values, answer }));
		return this.call("opa_value_parse", this.put(answer.value), Buffer.byteLength(answer.value));
	}

	private put(text: string): number {
		const bytes = toBytes(text);
		const ptr = this.call("opa_malloc", bytes.length);
		new Uint8Array(this.memory.buffer).set(bytes, ptr);
		return ptr;
	}

	private textAt(ptr: number): string {
		const bytes = new Uint8Array(this.memory.buffer);
		return toText(bytes.slice(ptr, bytes.indexOf(0, ptr)));
	}

	private call(name: string, ...args: number[]): number {
		const target = this.exports[name];
		assert.ok(typeof target === "function", name);
		return Number(target(...args));
	}
}
