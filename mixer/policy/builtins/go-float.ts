import { roundDecimal } from "./round-decimal.ts";

/** From which exponent on Go writes one where no precision is given. */
const SHORTEST_EXPONENT = 6;

/** What f, F and e have without a precision. */
const DEFAULT_DIGITS = 6;

/** A number as digits d.ddd times ten to the exponent. */
interface Decimal {
	readonly digits: string;
	readonly exponent: number;
}

/**
 * The magnitude of a fraction as Go's strconv writes it: v and g as short as possible, f F e with six digits unless a
 * precision says otherwise; undefined for a verb that fractions don't have.
 */
export function goFloat(verb: string, magnitude: number, digits: number | undefined): string | undefined {
	switch (verb) {
		case "v":
		case "g":
			return general(magnitude, digits);
		case "f":
		case "F":
			return fixed(magnitude, digits ?? DEFAULT_DIGITS);
		case "e":
			return exponential(rounded(magnitude, digits ?? DEFAULT_DIGITS));
		default:
			return undefined;
	}
}

function general(magnitude: number, digits: number | undefined): string {
	const decimal = digits === undefined ? shortest(magnitude) : rounded(magnitude, Math.max(digits, 1) - 1);
	const short = { ...decimal, digits: decimal.digits.replace(/(?<=.)0+$/, "") };
	const limit = digits === undefined ? SHORTEST_EXPONENT : generalLimit(short, Math.max(digits, 1));
	return decimal.exponent < -4 || decimal.exponent >= limit ? exponential(short) : positional(short);
}

/** A precision beyond the digits there are does not keep a whole number from being written out. */
function generalLimit({ digits, exponent }: Decimal, precision: number): number {
	return precision > digits.length && digits.length > exponent ? digits.length : precision;
}

function fixed(magnitude: number, digits: number): string {
	const text = roundDecimal(magnitude, digits)
		.toString()
		.padStart(digits + 1, "0");
	if (digits === 0) return text;
	return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function shortest(magnitude: number): Decimal {
	const [fraction = "", exponent = "0"] = magnitude.toExponential().split("e");
	return { digits: fraction.replace(".", ""), exponent: Number(exponent) };
}

function rounded(magnitude: number, after: number): Decimal {
	if (magnitude === 0) return { digits: "0".repeat(after + 1), exponent: 0 };
	// The shortest text of the smallest numbers can be above them, and have one exponent more.
	const guess = shortest(magnitude).exponent;
	const exponent = roundDecimal(magnitude, after - guess).toString().length > after ? guess : guess - 1;
	const digits = roundDecimal(magnitude, after - exponent).toString();
	// 9.99 rounded to 10.0 has one digit more.
	const carried = digits.length > after + 1;
	return { digits: digits.slice(0, after + 1), exponent: carried ? exponent + 1 : exponent };
}

/** Go writes at least two digits of an exponent. */
function exponential({ digits, exponent }: Decimal): string {
	const fraction = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
	return `${fraction}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function positional({ digits, exponent }: Decimal): string {
	if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
	const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
	const rest = digits.slice(exponent + 1);
	return rest === "" ? whole : `${whole}.${rest}`;
}
