import fc from "fast-check";

/** Whole numbers around every bound, as texts. */
export const wholeNumber = fc.oneof(
	fc.integer({ min: -20, max: 20 }).map(String),
	fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
	fc.constantFrom(
		"0",
		"-0",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808",
		"-9223372036854775809",
	),
	fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
);

/** Fractions as JSON writes them, of any bits a double can have. */
export const fraction = fc.oneof(
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => withPoint(JSON.stringify(value))),
	// Where the neighbours are unlike far away, and where a bound between them has few digits itself.
	fc
		.tuple(fc.integer({ min: -1074, max: 1023 }), fc.integer({ min: -1, max: 1 }))
		.map(([power, by]) => nextTo(power, by)),
	fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }).map((whole) => `${whole}.0`),
	fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => withPoint(value.toFixed(3))),
	fc.constantFrom("0.0", "-0.0", "1.0", "1e0", "1E5", "1e21", "1e-7", "5e-324", "1.7976931348623157e308", "2.5", "0.5"),
	fc.constantFrom(
		"123456789.0",
		"0.000001",
		"1e400",
		"-1e400",
		"1e-400",
		"9007199254740993.0",
		"0.3",
		"2e-5",
		"1.25e2",
	),
);

/** A power of two, or the double before or after it. */
function nextTo(power: number, by: number): string {
	const bits = new BigUint64Array(new Float64Array([2 ** power]).buffer);
	return withPoint(JSON.stringify(new Float64Array(bits.map((value) => value + BigInt(by)).buffer)[0] ?? 0));
}

function withPoint(text: string): string {
	return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Text as JSON, with every kind of character. */
export const text = fc
	.oneof(
		fc.string({ maxLength: 8 }),
		fc.string({ unit: "binary", maxLength: 6 }),
		fc.string({ unit: "grapheme", maxLength: 6 }),
		fc.constantFrom("", "%", "`", '"', "\\", "\u0000", "\u007f", "\u00ad", "\ufeff", "\u2028", "a\tb\n", "\u{1F600}"),
	)
	.map((value) => JSON.stringify(value.toWellFormed()));

const scalar = fc.oneof(
	fc.constantFrom("null", "true", "false"),
	fc.integer({ min: -3, max: 3 }).map(String),
	fc.constantFrom("0.5", "1e3", '"a"', '"b"', '""'),
	text,
);

/** Any value, sets and keys that are no strings among them; few enough scalars that some are the same. */
export const value = fc.letrec<{ value: string }>((tie) => ({
	value: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		scalar,
		fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
		fc.uniqueArray(tie("value"), { maxLength: 4 }).map(setOf),
		fc.uniqueArray(fc.tuple(tie("value"), tie("value")), { maxLength: 4, selector: ([key]) => key }).map(objectOf),
	),
})).value;

/** A set of values that are different texts. */
export function setOf(items: readonly string[]): string {
	return items.length === 0 ? "set()" : `{${items.join(", ")}}`;
}

/** An object whose keys are different texts. */
export function objectOf(members: readonly (readonly [string, string])[]): string {
	return `{${members.map(([key, member]) => `${key}: ${member}`).join(", ")}}`;
}
