import { MixerError } from "../error.ts";
import { moduleRegexes } from "./builtins/regex.ts";
import { DIGITS_OFFSET, MAX_EXPONENT_DIGITS, MAX_NUMBER_CHARACTERS, NUMBER_TOO_LONG } from "./link/number-checks.ts";
import type { PolicyValues } from "./policy-values.ts";

/** What a guarded module (link/guarded-module.ts) asks its host: the bounds of numbers, and regular expressions. */
export function guardImports(
	memory: WebAssembly.Memory,
	values: PolicyValues,
): Readonly<Record<string, (...args: number[]) => number | undefined>> {
	const answers = [...moduleRegexes].map(([name, answer]) => {
		const call = (...args: number[]) => {
			try {
				return values.pass(answer(args.map(values.read)));
			} catch (error) {
				throw new MixerError("policy", MixerError.from(error).message, { cause: error });
			}
		};
		return [name, call] as const;
	});
	return {
		...Object.fromEntries(answers),
		check_number: (address = 0) => checkNumber(new Uint8Array(memory.buffer), address),
		check_factor: (address = 0) => {
			const digits = new DataView(memory.buffer).getInt32(address + DIGITS_OFFSET, true);
			if (digits > MAX_NUMBER_CHARACTERS) throw new MixerError("policy", NUMBER_TOO_LONG);
		},
	};
}

/** @param start of a number's text, which a NUL ends. */
function checkNumber(bytes: Uint8Array, start: number): undefined {
	const end = bytes.subarray(start, start + MAX_NUMBER_CHARACTERS + 1).indexOf(0);
	const text = end < 0 ? undefined : Buffer.from(bytes.subarray(start, start + end)).toString("latin1");
	const [, exponent = ""] = /[eE][-+]?(\d+)$/.exec(text ?? "") ?? [];
	if (text === undefined || exponent.length > MAX_EXPONENT_DIGITS) throw new MixerError("policy", NUMBER_TOO_LONG);
}
