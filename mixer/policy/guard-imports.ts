import { MixerError } from "../error.ts";
import { isOpasFault } from "./builtins/builtin-fault.ts";
import { moduleAnswers } from "./builtins/module-answers.ts";
import { moduleRegexes } from "./builtins/regex.ts";
import type { RegoValue } from "./builtins/rego-value.ts";
import { CHECKED_ANSWER } from "./link/module-checks.ts";
import { DIGITS_OFFSET, MAX_EXPONENT_DIGITS, MAX_NUMBER_CHARACTERS, NUMBER_TOO_LONG } from "./link/number-checks.ts";
import type { PolicyValues } from "./policy-values.ts";

export interface GuardImportsOptions {
	readonly memory: WebAssembly.Memory;
	readonly values: PolicyValues;
	/** Whether a built-in that fails ends the evaluation that runs, and is not an expression without a value. */
	readonly isStrict: () => boolean;
}

/**
 * What a guarded module (link/guarded-module.ts) asks its host: the bounds of numbers, regular expressions, and what
 * OPA's own built-ins answer otherwise than opa.
 */
export function guardImports({
	memory,
	values,
	isStrict,
}: GuardImportsOptions): Readonly<Record<string, (...args: number[]) => number | undefined>> {
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
		...Object.fromEntries([...answers, ...answerImports(values, isStrict)]),
		check_number: (address = 0) => checkNumber(new Uint8Array(memory.buffer), address),
		check_factor: (address = 0) => {
			const digits = new DataView(memory.buffer).getInt32(address + DIGITS_OFFSET, true);
			if (digits > MAX_NUMBER_CHARACTERS) throw new MixerError("policy", NUMBER_TOO_LONG);
		},
	};
}

/** The checks answer 1 where the answer is theirs and not the module's. */
function answerImports(values: PolicyValues, isStrict: () => boolean): [string, (value?: number) => number][] {
	let answer: RegoValue | undefined;
	const checks = [...moduleAnswers].map(([name, check]): [string, (value?: number) => number] => [
		name,
		(address = 0) => {
			answer = undefined;
			try {
				const found = check(values.read(address));
				answer = found?.value;
				return Number(found !== undefined);
			} catch (error) {
				if (isStrict() || !isOpasFault(error))
					throw new MixerError("policy", MixerError.from(error).message, { cause: error });
				return 1;
			}
		},
	]);
	return [...checks, [CHECKED_ANSWER, () => values.pass(answer)]];
}

/** @param start of a number's text, which a NUL ends. */
function checkNumber(bytes: Uint8Array, start: number): undefined {
	const end = bytes.subarray(start, start + MAX_NUMBER_CHARACTERS + 1).indexOf(0);
	const text = end < 0 ? undefined : Buffer.from(bytes.subarray(start, start + end)).toString("latin1");
	const [, exponent = ""] = /[eE][-+]?(\d+)$/.exec(text ?? "") ?? [];
	if (text === undefined || exponent.length > MAX_EXPONENT_DIGITS) throw new MixerError("policy", NUMBER_TOO_LONG);
}
