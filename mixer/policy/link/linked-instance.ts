import { MixerError } from "../../error.ts";
import { quietHost } from "./quiet-host.ts";

/** The glue's exports that evaluating without a request needs; a module for Envoy has none of them. */
export const evaluatingExports = [
	"policy_evaluate",
	"policy_entrypoints",
	"policy_result",
	"policy_abort_message",
	"policy_text_size",
	"policy_copy_out",
	"policy_fuel_left",
] as const;

/** The root context's number. */
const ROOT = 1;

const RESULT_START = '[{"result":';
const RESULT_END = "}]";

/** By what policy_evaluate answers (glue.ts); 0 is an evaluation that ended well. */
const failures: Readonly<Record<number, string>> = {
	1: "the evaluation aborted",
	2: "ran out of fuel",
	3: "ran out of memory",
	4: "a built-in failed",
	6: "calculates with a number of more than 256 characters, or an exponent of more than three digits",
};

/** How an evaluation in the linked module ended. */
export interface LinkedEvaluation {
	/** The decision as JSON, just as OPA wrote it; undefined where there is none. */
	readonly value: string | undefined;
	/** Units of work it took. */
	readonly fuel: number;
	/** Why it failed; the decision is undefined then. */
	readonly fault?: string;
}

export interface LinkedInstanceOptions {
	/** Linked with `evaluatingExports` kept, where it is to evaluate. */
	readonly module: WebAssembly.Module;
	readonly vmConfig: string;
	readonly pluginConfig: string;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** The linked filter in Node, started and configured as Envoy does it, for one evaluation at a time. */
export class LinkedInstance {
	/** The numbers of the entrypoints, by name. */
	readonly entrypoints: ReadonlyMap<string, number>;
	readonly #exports: Readonly<Record<string, unknown>>;
	readonly #memory: WebAssembly.Memory;

	/** @throws MixerError "invalid" with the filter's own words where it can't be configured. */
	constructor({ module, vmConfig, pluginConfig, now }: LinkedInstanceOptions) {
		const host = quietHost({ module, vmConfig, pluginConfig, now });
		const { exports } = new WebAssembly.Instance(module, { env: host.imports });
		const { memory } = exports;
		if (!(memory instanceof WebAssembly.Memory)) throw new MixerError("invalid", "the filter exports no memory");
		this.#exports = exports;
		this.#memory = memory;
		host.attach({ memory, malloc: (size) => this.#call("malloc", size) });
		this.#call("_initialize");
		this.#call("proxy_on_context_create", ROOT, 0);
		for (const [callback, size] of [
			["proxy_on_vm_start", host.vmConfigBytes],
			["proxy_on_configure", host.pluginConfigBytes],
		] as const) {
			if (this.#succeeds(callback, size)) continue;
			const said = host.lines.length > 0 ? host.lines.join("\n") : `${callback} failed and said nothing`;
			throw new MixerError("invalid", `the filter refuses the build:\n${said}`);
		}
		this.entrypoints = "policy_entrypoints" in exports ? this.#readEntrypoints() : new Map();
	}

	/** Evaluates one entrypoint over an input document within so much fuel. */
	evaluate(entrypoint: number, input: Uint8Array, fuel: number): LinkedEvaluation {
		const at = this.#call("malloc", input.byteLength);
		new Uint8Array(this.#memory.buffer).set(input, at);
		const ended = Number(this.#invoke("policy_evaluate", entrypoint, at, input.byteLength, BigInt(fuel)));
		const used = fuel - Number(this.#invoke("policy_fuel_left"));
		if (ended !== 0) return { value: undefined, fuel: used, fault: this.#describe(ended) };
		const text = this.#readText(this.#call("policy_result"));
		const isOne = text.startsWith(RESULT_START) && text.endsWith(RESULT_END);
		return { value: isOne ? text.slice(RESULT_START.length, -RESULT_END.length) : undefined, fuel: used };
	}

	/** A trap is a refusal too: in Envoy it would end the VM. */
	#succeeds(callback: string, size: number): boolean {
		try {
			return this.#call(callback, ROOT, size) !== 0;
		} catch (error) {
			if (error instanceof WebAssembly.RuntimeError) return false;
			throw error;
		}
	}

	#describe(ended: number): string {
		const message = ended === 1 ? this.#call("policy_abort_message") : 0;
		return message === 0 ? (failures[ended] ?? `failed (${ended})`) : this.#readText(message);
	}

	#readEntrypoints(): ReadonlyMap<string, number> {
		const at = this.#call("policy_entrypoints");
		if (at === 0) return new Map();
		const table: Record<string, unknown> = JSON.parse(this.#readText(at));
		return new Map(Object.entries(table).map(([name, number]) => [name, Number(number)]));
	}

	/** A text in the policy's memory, by way of the filter's. */
	#readText(at: number): string {
		const size = this.#call("policy_text_size", at);
		const copy = this.#call("malloc", size);
		this.#invoke("policy_copy_out", copy, at, size);
		return Buffer.from(this.#memory.buffer, copy, size).toString("utf8");
	}

	#call(name: string, ...args: number[]): number {
		return Number(this.#invoke(name, ...args) ?? 0) >>> 0;
	}

	#invoke(name: string, ...args: (number | bigint)[]): unknown {
		const exported = this.#exports[name];
		if (typeof exported !== "function") throw new MixerError("invalid", `the filter exports no ${name}`);
		return exported(...args);
	}
}
