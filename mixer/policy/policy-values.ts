import { MixerError } from "../error.ts";
import { parseRegoValue } from "./builtins/parse-rego-value.ts";
import type { RegoValue } from "./builtins/rego-value.ts";
import { writeValue } from "./builtins/write-value.ts";

/** OPA's values, between a policy's instance and its host. */
export interface PolicyValues {
	/** What stands at an address. */
	readonly read: (address: number) => RegoValue;
	/** The address of a new value; 0 for an expression without one. */
	readonly pass: (value: RegoValue | undefined) => number;
}

export interface PolicyValuesOptions {
	readonly memory: WebAssembly.Memory;
	/** Calls what the instance exports. */
	readonly call: (name: string, ...args: number[]) => number;
}

/** Reads and makes the values of an instance, in Rego's own notation. */
export function policyValues({ memory, call }: PolicyValuesOptions): PolicyValues {
	return {
		read: (address) => parseRegoValue(readText(memory, call("opa_value_dump", address))),
		pass: (value) => {
			if (value === undefined) return 0;
			const bytes = Buffer.from(writeValue(value));
			const at = call("opa_malloc", bytes.byteLength);
			new Uint8Array(memory.buffer).set(bytes, at);
			const address = call("opa_value_parse", at, bytes.byteLength);
			if (address === 0) throw new MixerError("policy", "a built-in's answer could not be read");
			return address;
		},
	};
}

/** A text in an instance's memory, which a NUL ends. */
export function readText(memory: WebAssembly.Memory, start: number): string {
	const bytes = new Uint8Array(memory.buffer);
	return Buffer.from(memory.buffer, start, bytes.indexOf(0, start) - start).toString("utf8");
}
