import { boolean, NULL, number, text } from "./make-value.ts";
import type { RegoValue } from "./rego-value.ts";

/** What go-yaml takes a plain scalar for; undefined for a merge key. */
export type PlainScalar = RegoValue | "merge" | "not a number";

const words: Readonly<Record<string, PlainScalar>> = {
	...Object.fromEntries(["true", "True", "TRUE"].map((word) => [word, boolean(true)])),
	...Object.fromEntries(["false", "False", "FALSE"].map((word) => [word, boolean(false)])),
	...Object.fromEntries(["", "~", "null", "Null", "NULL"].map((word) => [word, NULL])),
	...Object.fromEntries([".nan", ".NaN", ".NAN"].map((word) => [word, "not a number" as const])),
	...Object.fromEntries(
		[".inf", ".Inf", ".INF"].flatMap((word) => ["", "+", "-"].map((sign) => [sign + word, "not a number" as const])),
	),
	"<<": "merge",
};

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/;

/** A scalar that stands without quotes, by the rules of go-yaml (v3): YAML 1.2 with what it keeps of 1.1. */
export function plainScalar(written: string): PlainScalar {
	const word = Object.hasOwn(words, written) ? words[written] : undefined;
	if (word !== undefined) return word;
	if (!/^[-+.0-9]/.test(written)) return text(written);
	const digits = written.startsWith(".") ? written : written.replaceAll("_", "");
	const whole = integerOf(digits);
	if (whole !== undefined) return number(whole);
	if (!FLOAT.test(digits)) return text(written);
	const value = Number(digits);
	// Go refuses a number beyond a double's range, and then it is text.
	return Number.isFinite(value) ? number(goNumber(value)) : text(written);
}

function integerOf(digits: string): bigint | undefined {
	const [, sign, hex, binary, octal, decimal] = INTEGER.exec(digits) ?? [];
	if (sign === undefined) return undefined;
	const magnitude = BigInt(prefixed("0x", hex) ?? prefixed("0b", binary) ?? prefixed("0o", octal) ?? decimal ?? "0");
	const value = sign === "-" ? -magnitude : magnitude;
	const fits = BigInt.asIntN(64, value) === value || (sign === "" && BigInt.asUintN(64, value) === value);
	return fits ? value : undefined;
}

function prefixed(prefix: string, digits: string | undefined): string | undefined {
	return digits === undefined ? undefined : prefix + digits;
}

/** A double as Go's encoding/json writes it, which is as JavaScript does but for the digits of an exponent. */
export function goNumber(value: number): string {
	return String(value).replace(/e([-+])(\d)$/, "e$10$2");
}
