import assert from "node:assert/strict";
import { verifySignature } from "../../../../mixer/policy/link/verify-signature.ts";
import { toText } from "../../../support/fake-host-module.ts";
import { buildTestFilter } from "../../../support/test-filter.ts";

/** The status of the ABI. */
const BAD_ARGUMENT = 2;

/** What a call came to; the texts are OPA's notation and OPA's words. */
export type Answer =
	| { readonly status: "ok"; readonly value: string }
	| { readonly status: "error"; readonly fault: string; readonly opas: boolean };

/** test/filters/wasm/builtins.ts in Node. */
export class BuiltinsModule {
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly memory: WebAssembly.Memory;
	/** When each evaluation begins, nanoseconds since 1970; each call is one of its own. */
	nowNs = 1_700_000_000_000_000_000n;
	/** How often Envoy was asked. */
	verifications = 0;
	/** Envoy's answer to the arguments of verify_signature: a result, or a status that is not Ok. */
	answerOfEnvoy: (args: Uint8Array) => Uint8Array | number = (args) => verifySignature(args) ?? BAD_ARGUMENT;

	private readonly wasm: Uint8Array;

	constructor(wasm: Uint8Array) {
		this.wasm = wasm;
		const proxy_log = (_level: number, ptr: number, size: number) => {
			throw new Error(toText(this.read(ptr, size)));
		};
		const proxy_get_current_time_nanoseconds = (at: number) => {
			this.view.setBigUint64(at >>> 0, this.nowNs, true);
			return 0;
		};
		const env = { proxy_log, proxy_get_current_time_nanoseconds, proxy_call_foreign_function: this.verify };
		this.exports = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env }).exports;
		assert.ok(this.exports.memory instanceof WebAssembly.Memory);
		this.memory = this.exports.memory;
		this.number("_initialize");
	}

	static async build(): Promise<BuiltinsModule> {
		return new BuiltinsModule(await buildTestFilter("builtins", ["*"]));
	}

	/** A new instance, in which nothing was asked. */
	another(): BuiltinsModule {
		return new BuiltinsModule(this.wasm);
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
		this.number("begin", this.nowNs);
		return this.continueById(id, args);
	}

	/** Another call in the evaluation of the last one. */
	continueById(id: number, args: readonly (string | Uint8Array)[]): Answer {
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

	/** Envoy's verify_signature. */
	private readonly verify = (...args: number[]) => {
		const [name = 0, nameSize = 0, at = 0, size = 0, ptrPtr = 0, sizePtr = 0] = args;
		assert.equal(toText(this.read(name, nameSize)), "verify_signature");
		this.verifications++;
		const answer = this.answerOfEnvoy(this.read(at, size));
		if (typeof answer === "number") return answer;
		const ptr = this.number("malloc", answer.length);
		new Uint8Array(this.memory.buffer).set(answer, ptr);
		this.view.setUint32(ptrPtr >>> 0, ptr, true);
		this.view.setUint32(sizePtr >>> 0, answer.length, true);
		return 0;
	};

	private get view(): DataView {
		return new DataView(this.memory.buffer);
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
