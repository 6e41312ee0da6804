import { MixerError } from "../../error.ts";
import type { EvaluationOptions } from "../policy-instance.ts";
import { NUMBER_TOO_LONG } from "./number-checks.ts";
import { quietHost } from "./quiet-host.ts";
import { regexFunctions } from "./regex-glue-calls.ts";

/** The glue's exports that evaluating without a request needs; a module for Envoy has none of them. */
export const evaluatingExports = [
	"policy_evaluate",
	"policy_entrypoints",
	"policy_result",
	"policy_abort_message",
	"policy_text_size",
	"policy_copy_out",
	"policy_fuel_left",
	"policy_parse_value",
	"policy_dump_value",
	"strictBuiltinErrors",
	...Object.values(regexFunctions),
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
	6: NUMBER_TOO_LONG,
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
	/** Room in the filter's memory, used again and again. */
	#room = { at: 0, bytes: 0 };

	/** @throws MixerError "invalid" with the filter's own words where it can't be configured. */
	constructor({ module, vmConfig, pluginConfig, now }: LinkedInstanceOptions) {
		const host = quietHost({ module, vmConfig, pluginConfig, now });
		const { exports } = new WebAssembly.Instance(module, { env: host.imports });
		const { memory } = exports;
		if (!(memory instanceof WebAssembly.Memory)) throw new MixerError("invalid", "the filter exports no memory");
		this.#exports = exports;
		this.#memory = memory;
		host.attach({ memory, malloc: (size) => this.call("malloc", size) });
		this.call("_initialize");
		this.call("proxy_on_context_create", ROOT, 0);
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
	evaluate(
		entrypoint: number,
		input: Uint8Array,
		fuel: number,
		{ strictBuiltinErrors = true }: EvaluationOptions = {},
	): LinkedEvaluation {
		const at = this.#place(input);
		this.#invoke("strictBuiltinErrors", Number(strictBuiltinErrors));
		const ended = Number(this.#invoke("policy_evaluate", entrypoint, at, input.byteLength, BigInt(fuel)));
		const used = fuel - Number(this.#invoke("policy_fuel_left"));
		if (ended !== 0) return { value: undefined, fuel: used, fault: this.#describe(ended) };
		const text = this.#readText(this.call("policy_result"));
		const isOne = text.startsWith(RESULT_START) && text.endsWith(RESULT_END);
		return { value: isOne ? text.slice(RESULT_START.length, -RESULT_END.length) : undefined, fuel: used };
	}

	/** Whether the module has a function: where OPA's regular expressions are linked in, those that stand in for its own. */
	has(name: string): boolean {
		return name in this.#exports;
	}

	/** Calls a function of OPA's over values written as JSON; undefined where it has no value for them. */
	apply(name: string, values: readonly string[]): string | undefined {
		const parsed = values.map((json) => {
			const bytes = Buffer.from(json);
			return this.call("policy_parse_value", this.#place(bytes), bytes.byteLength);
		});
		const result = this.call(name, ...parsed);
		return result === 0 ? undefined : this.#readText(this.call("policy_dump_value", result));
	}

	/** Calls a function that was kept in the module. */
	call(name: string, ...args: number[]): number {
		return Number(this.#invoke(name, ...args) ?? 0) >>> 0;
	}

	/** A trap is a refusal too: in Envoy it would end the VM. */
	#succeeds(callback: string, size: number): boolean {
		try {
			return this.call(callback, ROOT, size) !== 0;
		} catch (error) {
			if (error instanceof WebAssembly.RuntimeError) return false;
			throw error;
		}
	}

	#place(bytes: Uint8Array): number {
		const at = this.#reserve(bytes.byteLength);
		new Uint8Array(this.#memory.buffer).set(bytes, at);
		return at;
	}

	#reserve(bytes: number): number {
		if (bytes > this.#room.bytes) this.#room = { at: this.call("malloc", 2 * bytes), bytes: 2 * bytes };
		return this.#room.at;
	}

	#describe(ended: number): string {
		const message = ended === 1 ? this.call("policy_abort_message") : 0;
		return message === 0 ? (failures[ended] ?? `failed (${ended})`) : this.#readText(message);
	}

	#readEntrypoints(): ReadonlyMap<string, number> {
		const at = this.call("policy_entrypoints");
		if (at === 0) return new Map();
		const table: Record<string, unknown> = JSON.parse(this.#readText(at));
		return new Map(Object.entries(table).map(([name, number]) => [name, Number(number)]));
	}

	/** A text in the policy's memory, by way of the filter's. */
	#readText(at: number): string {
		const size = this.call("policy_text_size", at);
		const copy = this.#reserve(size);
		this.#invoke("policy_copy_out", copy, at, size);
		return Buffer.from(this.#memory.buffer, copy, size).toString("utf8");
	}

	#invoke(name: string, ...args: (number | bigint)[]): unknown {
		const exported = this.#exports[name];
		if (typeof exported !== "function") throw new MixerError("invalid", `the filter exports no ${name}`);
		return exported(...args);
	}
}
