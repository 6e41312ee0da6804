import { CHECKED_ANSWER, checkFunctions, moduleChecks } from "./module-checks.ts";
import { expectRegexFunctions } from "./regex-arena.ts";
import { joinWasm } from "./wasm-linker.ts";
import { functionNames, parseWasm, type WasmModule } from "./wasm-module.ts";

/** What a guarded module imports from, beside OPA's own env. */
export const GUARD_HOST = "sluice";

/** The part that hands on what its host gives. */
const GUARD = "guard";

const I32 = 0x7f;
const FUNCTION_TYPE = 0x60;

/** What a guarded module calls instead of what OPA's has, or before it: parameters and results, all of 32 bits. */
const guards: Readonly<Record<string, readonly [params: number, results: number]>> = {
	...Object.fromEntries([...checkFunctions].map(([name, { answers }]) => [name, [1, answers ? 1 : 0]] as const)),
	[CHECKED_ANSWER]: [0, 1],
	opa_regex_match: [2, 1],
	opa_regex_is_valid: [1, 1],
	opa_regex_find_all_string_submatch: [3, 1],
};

export interface GuardedModuleOptions {
	/** OPA's module. */
	readonly policyWasm: Uint8Array;
	/** OPA's names of the built-ins that its policies call. */
	readonly builtins: ReadonlySet<string>;
}

/**
 * OPA's module as the Mixer runs it (guard-imports.ts). Its host is told every number before it is calculated with,
 * because it multiplies long ones wrong, and answers regular expressions in its place: with more than a hundred in one
 * evaluation it uses memory that it has given back, and it compiles each anew for every evaluation. Globs stay, and are
 * matched as the regular expressions that they are translated to. It is also told what module-checks.ts names. The same
 * module gives the same bytes.
 *
 * @throws MixerError "tool" where opa compiles otherwise than 1.22 does.
 */
export function guardModule({ policyWasm, builtins }: GuardedModuleOptions): Uint8Array {
	const module = parseWasm(policyWasm);
	const names = functionNames(policyWasm);
	const exported = new Set(module.exports.map(({ name }) => name));
	expectRegexFunctions(builtins, new Map([...names].map(([number, name]) => [name, number])));
	const checks = moduleChecks({ module, names, part: "opa", by: GUARD });
	const replaced = [...names].filter(([, name]) => name in guards);
	const redirected = new Map(replaced.map(([number, name]) => [number, { part: GUARD, name }]));
	const parts = [
		{ name: "opa", module, redirected },
		{ name: GUARD, module: guardPart() },
	];
	return joinWasm({ parts, stays: (name) => exported.has(name), checks });
}

function guardPart(): WasmModule {
	const types = Object.values(guards).map(([params, results]) => {
		const of = (count: number) => [count, ...Array<number>(count).fill(I32)];
		return Uint8Array.from([FUNCTION_TYPE, ...of(params), ...of(results)]);
	});
	const names = Object.keys(guards);
	return {
		types,
		imports: names.map((name, type) => ({
			module: GUARD_HOST,
			name,
			kind: "func",
			type,
			description: new Uint8Array(),
		})),
		exports: names.map((name, index) => ({ name, kind: "func", index })),
		functions: [],
		tables: [],
		memories: [],
		tags: [],
		globals: [],
		start: undefined,
		elements: [],
		bodies: [],
		data: [],
	};
}
