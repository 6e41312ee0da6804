/** A double's fraction has 52 bits, and numbers below 2^-1022 have no smaller exponent. */
const FRACTION_BITS = 52n;
const SMALLEST_EXPONENT = 1074n;

/**
 * `magnitude` times ten to the power, rounded to a whole number; a half goes to the even neighbour, as in Go and IEEE
 * 754, where JavaScript's toFixed goes up. Exact: the double is taken as the fraction that it is.
 */
export function roundDecimal(magnitude: number, power: number): bigint {
	const { numerator, denominator } = fractionOf(magnitude);
	const scale = 10n ** BigInt(Math.abs(power));
	const above = power >= 0 ? numerator * scale : numerator;
	const below = power >= 0 ? denominator : denominator * scale;
	const whole = above / below;
	const twiceRest = 2n * (above % below);
	const up = twiceRest > below || (twiceRest === below && whole % 2n === 1n);
	return up ? whole + 1n : whole;
}

function fractionOf(magnitude: number): { numerator: bigint; denominator: bigint } {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, magnitude);
	const bits = view.getBigUint64(0);
	const exponent = bits >> FRACTION_BITS;
	const fraction = bits & ((1n << FRACTION_BITS) - 1n);
	const mantissa = exponent === 0n ? fraction : fraction | (1n << FRACTION_BITS);
	const shift = (exponent === 0n ? 1n : exponent) - 1n - SMALLEST_EXPONENT;
	return shift >= 0n
		? { numerator: mantissa << shift, denominator: 1n }
		: { numerator: mantissa, denominator: 1n << -shift };
}
