import { type Fraction, formatFraction, multiply, parseFraction, rounded64 } from "./fraction.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { number } from "./make-value.ts";
import { stringOperand } from "./operands.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/** OPA takes exponents of up to six digits, whose numbers fill memory; nobody's quantity has one over this. */
const MAX_EXPONENT = 4096;

/** The double nearest to a thousandth, which is what OPA multiplies with. */
const MILLI: Fraction = { numerator: 1152921504606847n, denominator: 2n ** 60n };

export const unitBuiltins: BuiltinFamily = [
	["units.parse", (args) => number(parseUnits(stringOperand(args, 0)))],
	["units.parse_bytes", (args) => number(parseBytes(stringOperand(args, 0)))],
];

const PREFIXES = ["k", "m", "g", "t", "p", "e"];

/** Only mega and milli differ in the case of their letter. */
function parseUnits(quoted: string): string {
	const { amount, unit } = split(quoted.replaceAll('"', ""), "units.parse", "");
	const name = unit.slice(0, 1) + unit.slice(1).toLowerCase();
	const factor = name === "m" ? MILLI : whole(factorOf(name.toLowerCase()));
	if (factor === undefined) throw new Error(`units.parse: unit ${name} not recognized`);
	return formatFraction(multiply(readAmount(amount, "units.parse", ""), factor));
}

/** With 64 bits of precision, as OPA's. */
function parseBytes(quoted: string): bigint {
	const { amount, unit } = split(quoted.toLowerCase().replaceAll('"', ""), "units.parse_bytes", "byte ");
	const factor = unit === "b" ? undefined : whole(factorOf(unit.replace(/b$/, "")));
	if (factor === undefined) throw new Error(`units.parse_bytes: byte unit ${unit} not recognized`);
	const value = rounded64(readAmount(amount, "units.parse_bytes", "byte "));
	const { numerator, denominator } = rounded64(multiply(value, factor));
	return numerator / denominator;
}

function factorOf(unit: string): bigint | undefined {
	if (unit === "") return 1n;
	const power = BigInt(PREFIXES.indexOf(unit.replace(/(?<=.)i$/, "")) + 1);
	if (power === 0n) return undefined;
	return unit.length === 2 ? 1024n ** power : 1000n ** power;
}

function whole(numerator: bigint | undefined): Fraction | undefined {
	return numerator === undefined ? undefined : { numerator, denominator: 1n };
}

/** An exponent belongs to the amount only where digits or a sign follow its letter. */
function split(text: string, name: string, what: string): { amount: string; unit: string } {
	if (text.includes(" ")) throw new Error(`${name}: spaces not allowed in resource strings`);
	const [amount = ""] = /^(?:[0-9.+-]|e[-+]|e(?=[0-9]))*/i.exec(text) ?? [];
	if (/e[-+]?\d{7}/i.test(amount)) throw new Error(`${name}: exponent too large`);
	if (amount === "") throw new Error(`${name}: no ${what}amount provided`);
	return { amount, unit: text.slice(amount.length) };
}

function readAmount(amount: string, name: string, what: string): Fraction {
	const exponent = Number(/e([-+]?\d+)$/i.exec(amount)?.[1] ?? 0);
	if (Math.abs(exponent) > MAX_EXPONENT) throw new UnsupportedError(`${name}: exponent too large`);
	const value = parseFraction(amount);
	if (value === undefined) throw new Error(`${name}: could not parse ${what}amount to a number`);
	return value;
}
