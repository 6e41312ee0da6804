import { decodeBase64, decodeBase64Url } from "./go-base64.ts";
import { boolean, text } from "./make-value.ts";
import { hasNumberOutOfRange } from "./number-range.ts";
import type { RegoValue } from "./rego-value.ts";

/** What is answered in the place of OPA's module; undefined for no value. */
export interface ModuleAnswer {
	readonly value: RegoValue | undefined;
}

/** Looks at an argument of one of OPA's own built-ins. @throws Error in opa's words where opa has an error. */
export type ModuleCheck = (argument: RegoValue) => ModuleAnswer | undefined;

/**
 * Built-ins that OPA's module answers otherwise than opa for some arguments, by the check that is called before
 * (link/module-checks.ts): undefined leaves it to the module.
 */
export const moduleAnswers: ReadonlyMap<string, ModuleCheck> = new Map<string, ModuleCheck>([
	["check_divisor", (argument) => checkDivisor(argument, "div: divide by zero")],
	["check_modulus", (argument) => checkDivisor(argument, "rem: modulo by zero")],
	["check_base64", ofText((encoded) => emptyText(named("base64.decode", () => decodeBase64(encoded))))],
	["check_base64url", ofText((encoded) => emptyText(named("base64url.decode", () => decodeBase64Url(encoded))))],
	["check_base64_validity", ofText((encoded) => ({ value: boolean(isBase64(encoded)) }))],
	["check_json", ofText(checkJson)],
]);

/** Every other type the module answers as opa does. */
function ofText(check: (text: string) => ModuleAnswer | undefined): ModuleCheck {
	return (argument) => (argument.type === "string" ? check(argument.value) : undefined);
}

function checkDivisor(argument: RegoValue, fault: string): undefined {
	if (argument.type === "number" && !/[1-9]/.test(argument.text.replace(/e.*/i, ""))) throw new Error(fault);
}

/** The module has no value for the empty text. */
function emptyText(decoded: Buffer): ModuleAnswer | undefined {
	return decoded.byteLength === 0 ? { value: text("") } : undefined;
}

function isBase64(encoded: string): boolean {
	try {
		decodeBase64(encoded);
		return true;
	} catch {
		return false;
	}
}

function checkJson(json: string): undefined {
	if (hasNumberOutOfRange(json)) throw new Error("json.unmarshal: invalid number: number too big");
}

function named<Value>(builtin: string, run: () => Value): Value {
	try {
		return run();
	} catch (error) {
		throw new Error(`${builtin}: ${error instanceof Error ? error.message : error}`, { cause: error });
	}
}
