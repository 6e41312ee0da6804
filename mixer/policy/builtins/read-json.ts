import { parseRegoValue } from "./parse-rego-value.ts";
import type { RegoValue } from "./rego-value.ts";

/** Number with an exponent: digits in front of the point, those behind it, and the exponent. */
const EXPONENTS = /"(?:[^"\\]|\\.)*"|-?(\d+)(?:\.\d+)?[eE]([-+]?\d+)/g;

/** OPA takes no number beyond two to the power of 100,000 either way. */
const MAX_DECIMAL_EXPONENT = 30_102;

/**
 * A value of JSON, with its numbers as they are written; of two members with one name the last counts.
 *
 * @throws Error where it is none.
 */
export function readJson(json: string): RegoValue {
	JSON.parse(json);
	for (const [, digits, exponent] of json.matchAll(EXPONENTS)) {
		if (Math.abs(Number(exponent ?? 0) + (digits?.length ?? 0)) > MAX_DECIMAL_EXPONENT) {
			throw new Error("invalid number: number too big");
		}
	}
	return parseRegoValue(json);
}
