import { createRequire } from "node:module";
import { MixerError } from "../error.ts";
import { asJson } from "./builtins/go-json.ts";
import { changeOutsideStrings } from "./builtins/json-strings.ts";
import { parseRegoValue } from "./builtins/parse-rego-value.ts";
import { describeRefused, refusedBuiltins } from "./builtins/registry.ts";
import { writeValue } from "./builtins/write-value.ts";
import { instantiateInLeast } from "./least-memory.ts";
import type { PolicyNetwork } from "./network/policy-network.ts";
import { type PolicyHost, policyImports } from "./policy-imports.ts";

// The package's file for `import` leaves this class out, its types don't.
const { LoadedPolicy }: typeof import("@open-policy-agent/opa-wasm") = createRequire(import.meta.url)(
	"@open-policy-agent/opa-wasm",
);

const PAGE_BYTES = 64 * 1024;

/** What a module without large constants asks for at least. */
const FIRST_PAGES = 8;

/** Where a module's constants take more than these 128 MiB, it is refused: its policies would better read data. */
const MOST_PAGES = 2048;

/** Memory an evaluation may add to that of the data: over it OPA's allocator aborts, which is a policy error. */
const EVALUATION_PAGES = 1024;

/** Parsed data take about 14 times their JSON. */
const DATA_GROWTH = 20;

/** Where an evaluation that took more than this leaves its instance too large to keep. */
export const OUTGROWN_BYTES = 16 * 1024 * 1024;

/** opa_eval's format for Rego's own notation: in its JSON, sets lose their order. */
const VALUE_FORMAT = 1;

const NO_RESULT = "set()";
const RESULT_START = '{{"result":';
const RESULT_END = "}}";

export interface PolicyInstanceOptions {
	readonly module: WebAssembly.Module;
	readonly data: Uint8Array;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** What its built-ins may ask; without it they fail. */
	readonly network?: PolicyNetwork;
}

/** What a Policy says of its evaluations. */
export interface EvaluationOptions {
	/** True where it is left out. */
	readonly strictBuiltinErrors?: boolean;
}

/**
 * One instance of a compiled policy with its data, for one evaluation at a time. An evaluation that throws leaves it
 * unusable: OPA's stack pointer stays where the throw left it.
 */
export class PolicyInstance {
	/** The numbers of the entrypoints, by name. */
	readonly entrypoints: ReadonlyMap<string, number>;
	readonly #policy: InstanceType<typeof LoadedPolicy>;
	readonly #evaluate: (...args: number[]) => unknown;
	readonly #host: PolicyHost;
	readonly #startBytes: number;

	/** @throws MixerError "invalid" where the module needs a built-in that the Mixer doesn't have. */
	constructor(options: PolicyInstanceOptions) {
		const { memory, instance, host, builtins } = instantiate(options);
		const refused = refusedBuiltins([], builtins);
		if (refused.length > 0) throw new MixerError("invalid", describeRefused(refused));
		this.#host = host;
		this.#policy = new LoadedPolicy({ instance, module: options.module }, memory, 2);
		this.#policy.setData(copyOf(options.data));
		this.entrypoints = new Map(Object.entries(this.#policy.entrypoints).map(([name, id]) => [name, Number(id)]));
		this.#evaluate = exportedFunction(instance, "opa_eval");
		this.#startBytes = memory.buffer.byteLength;
	}

	/** Whether evaluations made its memory so large that a new instance is cheaper to have. Wasm memory never shrinks. */
	get outgrown(): boolean {
		return this.#policy.mem.buffer.byteLength - this.#startBytes > OUTGROWN_BYTES;
	}

	/**
	 * Evaluates one entrypoint.
	 *
	 * @param input JSON in UTF-8; the caller made sure that it is an object. Nothing at all is no input.
	 * @param options.strictBuiltinErrors false where a built-in of the host's that fails as opa's does has no value.
	 * @returns the decision as JSON, as OPA writes it, sets in order; undefined where there is none.
	 * @throws MixerError "policy" where OPA aborts, a built-in fails, or memory or stack run out.
	 */
	evaluate(entrypoint: number, input: Uint8Array, options: EvaluationOptions = {}): string | undefined {
		const { mem, dataAddr, dataHeapPtr } = this.#policy;
		const heapPtr = Number(dataHeapPtr) + input.byteLength;
		try {
			const missing = heapPtr - mem.buffer.byteLength;
			if (missing > 0) mem.grow(Math.ceil(missing / PAGE_BYTES));
			new Uint8Array(mem.buffer).set(input, Number(dataHeapPtr));
			this.#host.begin(options.strictBuiltinErrors ?? true);
			const at = Number(dataHeapPtr);
			const result = this.#evaluate(0, entrypoint, dataAddr, at, input.byteLength, heapPtr, VALUE_FORMAT);
			return resultOf(mem, Number(result));
		} catch (error) {
			throw error instanceof MixerError ? error : new MixerError("policy", describe(error), { cause: error });
		}
	}
}

/** What is wrong with the built-ins that a module leaves to its host; undefined where the Mixer has all of them. */
export function refusedOf(policyWasm: Uint8Array): string | undefined {
	const refused = refusedBuiltins([], hostBuiltinsOf(policyWasm));
	return refused.length > 0 ? describeRefused(refused) : undefined;
}

/** The built-ins that a module leaves to its host, whether the Mixer has them or not. */
export function hostBuiltinsOf(policyWasm: Uint8Array): readonly string[] {
	const module = new WebAssembly.Module(policyWasm);
	return instantiate({ module, data: new Uint8Array(), now: () => 0 }).builtins;
}

function instantiate({ module, data, now, network }: PolicyInstanceOptions) {
	const growth = Math.ceil((data.byteLength * DATA_GROWTH) / PAGE_BYTES) + EVALUATION_PAGES;
	const start = (initial: number) => {
		const memory = new WebAssembly.Memory({ initial, maximum: initial + growth });
		const host = policyImports({ memory, now, ...(network && { network }) });
		const instance = new WebAssembly.Instance(module, host.imports);
		return { memory, instance, host, builtins: host.attach(instance) };
	};
	return instantiateInLeast(start, { firstPages: FIRST_PAGES, mostPages: MOST_PAGES });
}

function resultOf(memory: WebAssembly.Memory, start: number): string | undefined {
	const bytes = new Uint8Array(memory.buffer);
	const text = Buffer.from(memory.buffer, start, bytes.indexOf(0, start) - start).toString("utf8");
	if (text === NO_RESULT) return undefined;
	if (!text.startsWith(RESULT_START) || !text.endsWith(RESULT_END)) {
		throw new MixerError("policy", "the evaluation has more than one result");
	}
	return jsonOf(text.slice(RESULT_START.length, -RESULT_END.length));
}

/** Most decisions are JSON as they are; sets, and keys that are no strings, are not. */
function jsonOf(value: string): string {
	try {
		JSON.parse(value);
		// OPA puts spaces behind commas and colons.
		return changeOutsideStrings(value, (outside) => outside.replaceAll(" ", ""));
	} catch {
		return writeValue(asJson(parseRegoValue(value)));
	}
}

/** The function a module exports by this name. */
export function exportedFunction(instance: WebAssembly.Instance, name: string): (...args: number[]) => unknown {
	const value: unknown = instance.exports[name];
	if (typeof value === "function") return (...args) => value(...args);
	throw new MixerError("invalid", `the policy's module has no ${name}: it was not written by opa build -t wasm`);
}

function describe(error: unknown): string {
	if (error instanceof RangeError) return "the evaluation ran out of memory or stack";
	return error instanceof Error ? error.message : String(error);
}

/** opa-wasm takes JSON bytes as an ArrayBuffer only. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
	const copy = new ArrayBuffer(bytes.byteLength);
	new Uint8Array(copy).set(bytes);
	return copy;
}
