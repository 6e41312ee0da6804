/** A number as a fraction: exact where a double is not. */
export interface Fraction {
	readonly numerator: bigint;
	/** Above 0. */
	readonly denominator: bigint;
}

const DECIMAL = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/;

/** Digits after the point that are shown of what is not whole. */
const SHOWN_DIGITS = 10n;

const MANTISSA_BITS = 64;

/** A decimal number; undefined where it is none. The caller bounds its exponent. */
export function parseFraction(text: string): Fraction | undefined {
	const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
	if (sign === undefined || whole + fraction === "") return undefined;
	const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
	const power = Number(exponent) - fraction.length;
	if (power >= 0) return { numerator: digits * 10n ** BigInt(power), denominator: 1n };
	return { numerator: digits, denominator: 10n ** BigInt(-power) };
}

export function multiply(a: Fraction, b: Fraction): Fraction {
	return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** As Go's big.Rat shows it: whole, or with ten digits after the point, the last one rounded half away from zero. */
export function formatFraction({ numerator, denominator }: Fraction): string {
	if (numerator % denominator === 0n) return String(numerator / denominator);
	const magnitude = numerator < 0n ? -numerator : numerator;
	const scaled = (magnitude * 10n ** SHOWN_DIGITS * 2n + denominator) / (denominator * 2n);
	const digits = String(scaled).padStart(Number(SHOWN_DIGITS) + 1, "0");
	const at = digits.length - Number(SHOWN_DIGITS);
	return `${numerator < 0n ? "-" : ""}${digits.slice(0, at)}.${digits.slice(at)}`;
}

/** The nearest number of 64 bits' precision, as Go's big.Float has it; of two equally near the even one. */
export function rounded64({ numerator, denominator }: Fraction): Fraction {
	if (numerator === 0n) return { numerator, denominator: 1n };
	const magnitude = numerator < 0n ? -numerator : numerator;
	let shift = MANTISSA_BITS - (bitLength(magnitude) - bitLength(denominator));
	if (scaledBy(magnitude, denominator, shift).whole >> BigInt(MANTISSA_BITS) > 0n) shift--;
	const { whole, rest, below } = scaledBy(magnitude, denominator, shift);
	const isUp = 2n * rest > below || (2n * rest === below && whole % 2n === 1n);
	const mantissa = (isUp ? whole + 1n : whole) * (numerator < 0n ? -1n : 1n);
	if (shift <= 0) return { numerator: mantissa << BigInt(-shift), denominator: 1n };
	return { numerator: mantissa, denominator: 1n << BigInt(shift) };
}

/** A fraction times two to the shift, as a whole number and what is left. */
function scaledBy(numerator: bigint, denominator: bigint, shift: number) {
	const above = shift > 0 ? numerator << BigInt(shift) : numerator;
	const below = shift > 0 ? denominator : denominator << BigInt(-shift);
	return { whole: above / below, rest: above % below, below };
}

function bitLength(value: bigint): number {
	return value.toString(2).length;
}
