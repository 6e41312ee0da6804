import { randomBytes } from "node:crypto";
import { MixerError } from "../error.ts";
import { isOpasFault } from "./builtins/builtin-fault.ts";
import type { BuiltinContext } from "./builtins/host-builtin.ts";
import { hostBuiltins } from "./builtins/registry.ts";
import type { RegoValue } from "./builtins/rego-value.ts";
import { UnsupportedError } from "./builtins/unsupported-error.ts";
import { guardImports } from "./guard-imports.ts";
import { GUARD_HOST } from "./link/guarded-module.ts";
import type { PolicyNetwork } from "./network/policy-network.ts";
import { policyValues, readText } from "./policy-values.ts";

/** What a policy's instance calls outside of itself. */
export interface PolicyHost {
	readonly imports: Record<string, Record<string, unknown>>;
	/** Tells the imports whose they are, and answers which built-ins that module leaves to its host. */
	attach(instance: WebAssembly.Instance): readonly string[];
	/**
	 * Called before each evaluation: it sees one time.
	 *
	 * @param strict whether a built-in that fails ends it, and is not an expression without a value.
	 */
	begin(strict: boolean): void;
}

/** Names of the built-ins a module leaves to its host, by its own numbers, and the memory work to call one. */
interface Attached {
	readonly builtins: ReadonlyMap<number, string>;
	readonly call: (name: string, ...args: number[]) => number;
}

export interface PolicyImportsOptions {
	readonly memory: WebAssembly.Memory;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly network?: PolicyNetwork;
}

/**
 * The imports of OPA's Wasm ABI (openpolicyagent.org/docs/wasm). opa-wasm has its own; these answer every failing
 * built-in and every abort with a throw, and pass numbers and sets as they are.
 */
export function policyImports({ memory, now, network }: PolicyImportsOptions): PolicyHost {
	let attached: Attached = { builtins: new Map(), call: () => 0 };
	const values = policyValues({ memory, call: (name, ...args) => attached.call(name, ...args) });
	let context = newContext(0n, network);
	let isStrict = true;
	const builtin = (id: number, _context: number, ...args: number[]) => {
		const name = attached.builtins.get(id) ?? "";
		try {
			return values.pass(callBuiltin(name, args.map(values.read), context));
		} catch (error) {
			if (!isStrict && isOpasFault(error)) return 0;
			throw new MixerError("policy", `${name}: ${MixerError.from(error).message}`, { cause: error });
		}
	};
	const abort = (address: number) => {
		throw new MixerError("policy", readText(memory, address));
	};
	const builtins = Object.fromEntries([0, 1, 2, 3, 4].map((count) => [`opa_builtin${count}`, builtin]));
	return {
		imports: {
			env: { memory, opa_abort: abort, opa_println: () => undefined, ...builtins },
			[GUARD_HOST]: guardImports({ memory, values, isStrict: () => isStrict }),
		},
		attach: (instance) => {
			const call = caller(instance);
			const text = readText(memory, call("opa_json_dump", call("builtins")));
			attached = { call, builtins: namesByNumber(text) };
			return [...attached.builtins.values()];
		},
		begin: (strict) => {
			isStrict = strict;
			context = newContext(BigInt(now()) * 1_000_000n, network);
		},
	};
}

function newContext(nowNs: bigint, network: PolicyNetwork | undefined): BuiltinContext {
	const made = new Map<string, () => RegoValue>();
	const once = (key: string, make: () => RegoValue) => {
		const known = made.get(key) ?? kept(make);
		made.set(key, known);
		return known();
	};
	return { nowNs, randomBytes, once, ...(network && { network }) };
}

/** What a function answers or throws, again and again. */
function kept<Value>(make: () => Value): () => Value {
	try {
		const value = make();
		return () => value;
	} catch (error) {
		return () => {
			throw error;
		};
	}
}

function callBuiltin(name: string, args: readonly RegoValue[], context: BuiltinContext): RegoValue | undefined {
	const builtin = hostBuiltins.get(name);
	if (builtin === undefined) throw new UnsupportedError("not known");
	return builtin(args, context);
}

function caller(instance: WebAssembly.Instance): Attached["call"] {
	return (name, ...args) => {
		const exported: unknown = instance.exports[name];
		if (typeof exported !== "function") throw new MixerError("invalid", `the policy's module has no ${name}`);
		return Number(exported(...args));
	};
}

function namesByNumber(text: string): Map<number, string> {
	const numbers: Record<string, unknown> = JSON.parse(text);
	return new Map(Object.entries(numbers).map(([name, id]) => [Number(id), name]));
}
