import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type ValueType = RegoValue["type"];
type ValueOf<Type extends ValueType> = Extract<RegoValue, { type: Type }>;

/** A fault of an argument, in OPA's words (v1/topdown/builtins/builtins.go). */
export class OperandError extends TypeError {
	constructor(index: number, what: string) {
		super(`operand ${index + 1} ${what}`);
	}
}

/** An argument that has to be of one type. */
export function operand<Type extends ValueType>(args: readonly RegoValue[], index: number, type: Type): ValueOf<Type> {
	const value = argument(args, index);
	if (isOf(value, type)) return value;
	throw wrongType(index, value, type);
}

/** An argument of any type. */
export function argument(args: readonly RegoValue[], index: number): RegoValue {
	const value = args[index];
	if (value === undefined) throw new OperandError(index, "is missing");
	return value;
}

export function stringOperand(args: readonly RegoValue[], index: number): string {
	return operand(args, index, "string").value;
}

/** A whole number of any size. */
export function integerOperand(args: readonly RegoValue[], index: number): bigint {
	const value = argument(args, index);
	if (value.type !== "number") throw wrongType(index, value, "number");
	const whole = wholeNumber(value.text);
	if (whole === undefined) throw new OperandError(index, "must be integer number but got floating-point number");
	return whole;
}

/** The strings of an argument that has to be an array or a set of them. */
export function stringsOperand(args: readonly RegoValue[], index: number): readonly string[] {
	const value = argument(args, index);
	if (!("items" in value)) throw wrongType(index, value, "array", "set");
	return value.items.map((item) => {
		if (item.type === "string") return item.value;
		throw wrongItem(index, value, item, "string");
	});
}

/** The value of a number's text where that is whole, however it is written; undefined else. @throws UnsupportedError where it is too large. */
export function wholeNumber(text: string): bigint | undefined {
	const [, sign, whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
	const shift = Number(exponent) - fraction.replace(/0+$/, "").length;
	if (sign === undefined) return undefined;
	if (Math.abs(Number(exponent)) > MAX_EXPONENT) throw new UnsupportedError(`an exponent over ${MAX_EXPONENT}`);
	const digits = whole + fraction.replace(/0+$/, "");
	if (shift >= 0) return BigInt(sign + digits + "0".repeat(shift));
	if (!/^0*$/.test(digits.slice(shift))) return undefined;
	return BigInt(`${sign}${digits.slice(0, shift) || "0"}`);
}

/** What OPA says of an argument of another type. */
export function wrongType(index: number, got: RegoValue, ...expected: readonly string[]): OperandError {
	return new OperandError(index, `must be ${oneOf(expected, "one of ")} but got ${got.type}`);
}

/** What OPA says of an argument that holds an item of another type. */
export function wrongItem(
	index: number,
	container: RegoValue,
	got: RegoValue,
	...expected: readonly string[]
): OperandError {
	const { type } = container;
	const items = expected.length === 1 ? `${expected[0]}s` : oneOf(expected, "(any of) ");
	return new OperandError(index, `must be ${type} of ${items} but got ${type} containing ${got.type}`);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** A number of so many digits is a way to fill memory. */
const MAX_EXPONENT = 10_000;

function oneOf(expected: readonly string[], before: string): string {
	return expected.length === 1 ? (expected[0] ?? "") : `${before}{${expected.join(", ")}}`;
}

function isOf<Type extends ValueType>(value: RegoValue, type: Type): value is ValueOf<Type> {
	return value.type === type;
}
