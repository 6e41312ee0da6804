import { endOfString } from "./json-strings.ts";

/**
 * The numbers that opa takes from JSON: below 2^100000 and above 2^-100001 (maxNumberExp of its v1/ast/term.go), by
 * their decimal exponent and first nine digits.
 */
const MOST = { exponent: 30_102, digits: 999_002_092 };
const LEAST = { exponent: -30_104, digits: 500_499_451 };

const KEPT_DIGITS = 9;

const NEXT = /"|(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?/gi;

/** Whether JSON text has a number that opa refuses to read. What is no JSON may be answered either way. */
export function hasNumberOutOfRange(json: string): boolean {
	NEXT.lastIndex = 0;
	for (let found = NEXT.exec(json); found !== null; found = NEXT.exec(json)) {
		const [token, whole = "", fraction = "", exponent] = found;
		if (token === '"') NEXT.lastIndex = endOfString(json, found.index);
		else if (exponent !== undefined && isOutOfRange(whole, fraction, Number(exponent))) return true;
	}
	return false;
}

/** Only a number that is written with an exponent can be. */
function isOutOfRange(whole: string, fraction: string, exponent: number): boolean {
	const all = whole + fraction;
	const first = all.search(/[1-9]/);
	if (first < 0) return false;
	const scientific = whole.length - 1 - first + exponent;
	const digits = Number(all.slice(first, first + KEPT_DIGITS).padEnd(KEPT_DIGITS, "0"));
	if (scientific >= MOST.exponent) return scientific > MOST.exponent || digits > MOST.digits;
	return scientific <= LEAST.exponent && (scientific < LEAST.exponent || digits < LEAST.digits);
}
