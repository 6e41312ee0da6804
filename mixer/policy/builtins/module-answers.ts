import { decodeBase64, decodeBase64Url } from "./go-base64.ts";
import { boolean, text } from "./make-value.ts";
import { hasNumberOutOfRange } from "./number-range.ts";
import type { RegoValue } from "./rego-value.ts";

/** What is answered in the place of OPA's module; undefined for no value, as whatever fails inside the module. */
export interface ModuleAnswer {
	readonly value: RegoValue | undefined;
}

/** Looks at an argument of one of OPA's own built-ins. @throws Error in opa's words for a division by zero. */
export type ModuleCheck = (argument: RegoValue) => ModuleAnswer | undefined;

/**
 * Built-ins that OPA's module answers otherwise than opa for some arguments, by the check that is called before
 * (link/module-checks.ts): undefined leaves it to the module.
 */
export const moduleAnswers: ReadonlyMap<string, ModuleCheck> = new Map<string, ModuleCheck>([
	["check_divisor", (argument) => checkDivisor(argument, "div: divide by zero")],
	["check_modulus", (argument) => checkDivisor(argument, "rem: modulo by zero")],
	["check_base64", ofText((encoded) => checkDecoded(decoded(encoded, decodeBase64)))],
	["check_base64url", ofText((encoded) => checkDecoded(decoded(encoded, decodeBase64Url)))],
	["check_base64_validity", ofText((encoded) => ({ value: boolean(decoded(encoded, decodeBase64) !== undefined) }))],
	["check_json", ofText((json) => (hasNumberOutOfRange(json) ? { value: undefined } : undefined))],
]);

/** Every other type the module answers as opa does. */
function ofText(check: (text: string) => ModuleAnswer | undefined): ModuleCheck {
	return (argument) => (argument.type === "string" ? check(argument.value) : undefined);
}

function checkDivisor(argument: RegoValue, fault: string): undefined {
	if (argument.type === "number" && !/[1-9]/.test(argument.text.replace(/e.*/i, ""))) throw new Error(fault);
}

/** The module passes over what is no base64, and has no value for the empty text. */
function checkDecoded(bytes: Buffer | undefined): ModuleAnswer | undefined {
	if (bytes === undefined) return { value: undefined };
	return bytes.byteLength === 0 ? { value: text("") } : undefined;
}

function decoded(encoded: string, decode: (text: string) => Buffer): Buffer | undefined {
	try {
		return decode(encoded);
	} catch {
		return undefined;
	}
}
