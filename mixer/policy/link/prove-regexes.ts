import { MixerError } from "../../error.ts";
import type { LinkedInstance } from "./linked-instance.ts";
import { OTHER_OPA } from "./regex-arena.ts";
import { regexFunctions } from "./regex-glue-calls.ts";

/** What the built-ins that compile a pattern answer, by OPA's functions for them; values are JSON. */
const known: Readonly<Record<string, readonly { readonly values: readonly string[]; readonly answer: string }[]>> = {
	opa_regex_match: [
		{ values: ['"^a(b+)$"', '"abb"'], answer: "true" },
		{ values: ['"^a(b+)$"', '"xabb"'], answer: "false" },
	],
	opa_regex_is_valid: [
		{ values: ['"a(b+)"'], answer: "true" },
		{ values: ['"a(b+"'], answer: "false" },
	],
	opa_regex_find_all_string_submatch: [
		{ values: ['"a(b+)"', '"ab-abb"', "-1"], answer: '[["ab", "b"], ["abb", "bb"]]' },
	],
	opa_glob_match: [
		{ values: ['"*.{org,net}"', '["."]', '"a.net"'], answer: "true" },
		{ values: ['"*.{org,net}"', '["."]', '"a.b.net"'], answer: "false" },
	],
};

/**
 * Has the regular expressions that are linked in answer what is known. They are found in OPA's module by the names of its
 * functions and read its values: a module that opa made otherwise would show here.
 *
 * @throws MixerError "tool" where one doesn't.
 */
export function proveRegexes(instance: LinkedInstance): void {
	for (const [builtin, called] of Object.entries(regexFunctions)) {
		if (!instance.has(called)) continue;
		for (const { values, answer } of known[called] ?? []) {
			const given = apply(instance, called, values);
			if (given === answer) continue;
			const call = `${builtin}(${values.join(", ")})`;
			throw new MixerError("tool", `${call} is ${given} in the linked filter, not ${answer}; ${OTHER_OPA}`);
		}
	}
}

function apply(instance: LinkedInstance, called: string, values: readonly string[]): string {
	try {
		return instance.apply(called, values) ?? "undefined";
	} catch (error) {
		if (error instanceof WebAssembly.RuntimeError || error instanceof WebAssembly.Exception) return "a failure";
		throw error;
	}
}
