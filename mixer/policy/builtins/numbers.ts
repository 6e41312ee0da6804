import type { BuiltinContext, BuiltinFamily } from "./host-builtin.ts";
import { array, number } from "./make-value.ts";
import { argument, integerOperand, OperandError, stringOperand, wholeNumber, wrongType } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Most numbers of a range: more is a way to fill the Mixer's memory. OPA itself goes on until its time is up. */
const MAX_RANGE = 1_000_000n;

/** numbers.* and rand.* as far as OPA's module lacks them. */
export const numberBuiltins: BuiltinFamily = [
	["numbers.range_step", rangeStep],
	["rand.intn", randomBelow],
];

function rangeStep(args: Arguments): RegoValue {
	const [from, to, step] = [bigOperand(args, 0), bigOperand(args, 1), bigOperand(args, 2)];
	if (step <= 0n) throw new Error("step must be a positive integer");
	const distance = from <= to ? to - from : from - to;
	const count = distance / step + 1n;
	if (count > MAX_RANGE) throw new UnsupportedError(`a range of more than ${MAX_RANGE} numbers`);
	const signed = from <= to ? step : -step;
	return array(Array.from({ length: Number(count) }, (_item, i) => number(from + BigInt(i) * signed)));
}

function bigOperand(args: Arguments, index: number): bigint {
	const value = argument(args, index);
	if (value.type !== "number") throw wrongType(index, value, "integer");
	const whole = wholeNumber(value.text);
	if (whole === undefined) throw new OperandError(index, "must be integer number but got floating-point number");
	return whole;
}

/** The same number for the same arguments all through an evaluation. */
function randomBelow(args: Arguments, context: BuiltinContext): RegoValue {
	const [name, limit] = [stringOperand(args, 0), integerOperand(args, 1)];
	const size = limit < 0n ? -limit : limit;
	return context.once(`rand.intn ${size} ${name}`, () => number(size === 0n ? 0n : drawBelow(size, context)));
}

/** Evenly: what lies behind the last whole multiple of the size is drawn again. */
function drawBelow(size: bigint, { randomBytes }: BuiltinContext): bigint {
	const most = 2n ** 64n - (2n ** 64n % size);
	for (;;) {
		const drawn = Buffer.from(randomBytes(8)).readBigUInt64BE();
		if (drawn < most) return drawn % size;
	}
}
