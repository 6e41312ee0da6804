import { changeOutsideStrings } from "./json-strings.ts";
import { parseRegoValue } from "./parse-rego-value.ts";
import type { RegoValue } from "./rego-value.ts";

/** A number with an exponent: the digits in front of its point, and the exponent. */
const EXPONENTS = /(\d+)(?:\.\d+)?[eE]([-+]?\d+)/g;

/** OPA takes no number beyond two to the power of 100,000 either way. */
const MAX_DECIMAL_EXPONENT = 30_102;

/**
 * A value of JSON, with its numbers as they are written; of two members with one name the last counts.
 *
 * @throws Error where it is none.
 */
export function readJson(json: string): RegoValue {
	JSON.parse(json);
	changeOutsideStrings(json, (outside) => {
		for (const [, digits = "", exponent] of outside.matchAll(EXPONENTS)) {
			if (Math.abs(Number(exponent)) + digits.length > MAX_DECIMAL_EXPONENT) {
				throw new Error("invalid number: number too big");
			}
		}
		return outside;
	});
	return parseRegoValue(json);
}
