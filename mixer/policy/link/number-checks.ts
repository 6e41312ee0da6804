import type { WasmCheck } from "./wasm-linker.ts";
import type { WasmModule } from "./wasm-module.ts";

/**
 * Characters of a number that is calculated with, and digits of its exponent. Beyond 288 digits OPA's module multiplies
 * wrong, beyond 5,000 it traps, which would end Envoy's VM (opa 1.22.2); sums of 1,300 digits are still right.
 */
export const MAX_NUMBER_CHARACTERS = 256;
export const MAX_EXPONENT_DIGITS = 3;

/** Where a number of OPA's decimal library (libmpdec's mpd_t) has its digits' count. */
export const DIGITS_OFFSET = 8;

/** What is said where a policy would calculate with more. */
export const NUMBER_TOO_LONG =
	"calculates with a number of more than 256 characters, or an exponent of more than three digits";

/** Functions of OPA's decimal library, and which function is told which of their parameters first. */
const told = [
	// The text of which a number to calculate with is made.
	{ of: "mpd_qset_string", parameter: 1, by: "check_number" },
	// The two that are multiplied: a product of many grows without being read again.
	{ of: "_mpd_qmul", parameter: 1, by: "check_factor" },
	{ of: "_mpd_qmul", parameter: 2, by: "check_factor" },
] as const;

export interface NumberChecksOptions {
	/** OPA's module, a part of what is joined. It will export the functions. */
	readonly module: WasmModule;
	/** The names of its functions, by number. */
	readonly names: ReadonlyMap<number, string>;
	/** The names of its part, and of the part that has check_number and check_factor. */
	readonly part: string;
	readonly by: string;
}

/** What is to be checked in OPA's module before it calculates; nothing where the policy doesn't. */
export function numberChecks({ module, names, part, by }: NumberChecksOptions): WasmCheck[] {
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
		}));
}
