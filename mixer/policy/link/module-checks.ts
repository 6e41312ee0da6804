import type { WasmCheck } from "./wasm-linker.ts";
import type { WasmModule } from "./wasm-module.ts";

/**
 * Functions of OPA's module, and which function is told which of their parameters first. Those of built-ins that OPA's
 * module answers otherwise than opa does may be answered by whoever is told: then by CHECKED_ANSWER.
 */
const told = [
	// The text of which a number to calculate with is made.
	{ of: "mpd_qset_string", parameter: 1, by: "check_number" },
	// The two that are multiplied: a product of many grows without being read again.
	{ of: "_mpd_qmul", parameter: 1, by: "check_factor" },
	{ of: "_mpd_qmul", parameter: 2, by: "check_factor" },
	{ of: "opa_arith_divide", parameter: 1, by: "check_divisor" },
	{ of: "opa_arith_rem", parameter: 1, by: "check_modulus" },
	// It passes over what is no base64, and has no value for the empty text.
	{ of: "opa_base64_decode", parameter: 0, by: "check_base64", answers: true },
	{ of: "opa_base64_url_decode", parameter: 0, by: "check_base64url", answers: true },
	{ of: "opa_base64_is_valid", parameter: 0, by: "check_base64_validity", answers: true },
	// It reads numbers with exponents that opa refuses.
	{ of: "opa_json_unmarshal", parameter: 0, by: "check_json", answers: true },
] as const;

/** The value that a check has instead of the function it checks; 0 for none. */
export const CHECKED_ANSWER = "checked_answer";

/** The functions that are told, by whether they can answer. */
export const checkFunctions: ReadonlyMap<string, { readonly answers: boolean }> = new Map(
	told.map((each) => [each.by, { answers: "answers" in each }]),
);

export interface ModuleChecksOptions {
	/** OPA's module, a part of what is joined. It will export the functions. */
	readonly module: WasmModule;
	/** The names of its functions, by number. */
	readonly names: ReadonlyMap<number, string>;
	/** The names of its part, and of the part that has the functions that are told. */
	readonly part: string;
	readonly by: string;
}

/** What is to be checked in OPA's module; nothing of what the policy doesn't use. */
export function moduleChecks({ module, names, part, by }: ModuleChecksOptions): WasmCheck[] {
	const checked = new Set<string>(told.map(({ of }) => of));
	// opa leaves out what a policy does not use.
	const there = [...names].filter(([, name]) => checked.has(name));
	for (const [index, name] of there) module.exports.push({ name, kind: "func", index });
	return told
		.filter(({ of }) => there.some(([, name]) => name === of))
		.map((each) => ({
			of: { part, name: each.of },
			parameter: each.parameter,
			by: { part: by, name: each.by },
			...("answers" in each && { answer: { part: by, name: CHECKED_ANSWER } }),
		}));
}
