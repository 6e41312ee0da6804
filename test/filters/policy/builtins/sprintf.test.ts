import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import type { Call } from "./opa-answers.ts";
import { fraction, text, value, wholeNumber } from "./rego-values.ts";
import { assertSameAsOpa } from "./same-as-opa.ts";

let module: BuiltinsModule;
const numRuns = scaled({ quick: 2000, full: 40_000 });

before(async () => {
	module = await BuiltinsModule.build();
});

const flags = fc.string({ unit: fc.constantFrom(..."#0+- "), maxLength: 3 });
const size = fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.nat(30).map(String));
const precision = fc.oneof(
	{ weight: 3, arbitrary: fc.constant("") },
	fc.oneof(fc.nat(25).map(String), fc.constant("")).map((digits) => `.${digits}`),
);
const letter = fc.constantFrom(..."vvvsdqxXobOcUeEfFgGtTbw%z!é");
const verb = fc.tuple(flags, size, precision, letter).map((parts) => `%${parts.join("")}`);

function call(format: string, values: readonly string[]): Call {
	return { name: "sprintf", args: [JSON.stringify(format), `[${values.join(", ")}]`] };
}

/** @param most how much of them may be not available. */
async function compare(calls: fc.Arbitrary<Call>, most: number, count = numRuns): Promise<void> {
	const list = fc.sample(calls, { numRuns: count, seed: 11 });
	const unavailable = await assertSameAsOpa(module, list);
	assert.ok(unavailable <= list.length * most, `${unavailable} of ${list.length} not available`);
}

test("every verb, flag, width and precision of whole numbers is as opa's", () =>
	compare(
		fc.tuple(verb, wholeNumber).map(([format, number]) => call(format, [number])),
		0.2,
	));

test("every verb, flag, width and precision of fractions is as opa's", () =>
	compare(
		fc.tuple(verb, fraction).map(([format, number]) => call(format, [number])),
		0,
	));

test("every verb, flag, width and precision of text is as opa's", () =>
	compare(
		fc.tuple(verb, text).map(([format, words]) => call(format, [words])),
		0,
	));

test("arrays, objects and sets are printed as opa prints them", () =>
	compare(
		fc
			.tuple(fc.constantFrom("%v", "%s", "%q", "%d", "%.5s", "%40v|"), value)
			.map(([format, any]) => call(format, [any])),
		0,
	));

test("indexes, stars, missing and extra values are as opa's", () => {
	const piece = fc.oneof(
		verb,
		fc.constantFrom(
			"%[1]d",
			"%[2]v",
			"%[3]*.[2]*[1]f",
			"%*d",
			"%.*f",
			"%-*s",
			"%[x]d",
			"%[]d",
			"%[1",
			"%[9]d",
			"%.",
			"%",
			"%[1]",
		),
		fc.string({ unit: fc.constantFrom(..."%[]123.*#+-0 dvs"), maxLength: 6 }),
		fc.constantFrom("text", "é", "\n", " "),
	);
	const one = fc.oneof(
		fc.integer({ min: -9, max: 9 }).map(String),
		fraction,
		text,
		fc.constantFrom("true", "null", "[1]", "1e6", "2000000", "-5"),
	);
	const format = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
	return compare(
		fc.tuple(format, fc.array(one, { maxLength: 4 })).map(([words, values]) => call(words, values)),
		0.02,
	);
});

test("characters are printable where they are in Go", async () => {
	const every = scaled({ quick: 61, full: 1 });
	const codes = Array.from({ length: 0x110000 / every }, (_, i) => i * every).filter(
		(code) => code < 0xd800 || code > 0xdfff,
	);
	const chunks = Array.from({ length: Math.ceil(codes.length / 200) }, (_, i) => codes.slice(i * 200, (i + 1) * 200));
	const calls = chunks.map((chunk) => call("%q", [JSON.stringify(String.fromCodePoint(...chunk))]));
	assert.equal(await assertSameAsOpa(module, calls), 0);
});

const table: [format: string, values: string[], expected: string][] = [
	["%d users", ["3"], "3 users"],
	["%s", ["3"], "%!s(int64=3)"],
	["%d", ["1.0"], "%!d(float64=1)"],
	["%v", ["1e400"], "1e400"],
	["%d", ["12345678901234567890"], "12345678901234567890"],
	["%v %v", ["{3, 1, 2}", "set()"], "{1, 2, 3} set()"],
	["%v", ['{"b": [true, null], "a": "x\\ty"}'], '{"a": "x\\ty", "b": [true, null]}'],
	["%5.1f|%-5d|%05d", ["2.25", "7", "-7"], "  2.2|7    |-0007"],
	["%t", ["true"], "%!t(string=true)"],
	["%c%U", ["233", "233"], "éU+00E9"],
];
for (const [format, values, expected] of table) {
	test(`${format} of ${values.join(", ")} is ${expected}`, () => {
		const { name, args } = call(format, values);
		assert.deepEqual(module.run(name, args), { status: "ok", value: JSON.stringify(expected) });
	});
}

const refused: [name: string, args: string[], fault: string][] = [
	["a text over a mebibyte", ['"%1000000d%1000000d"', "[1, 2]"], "so long a text is not available in the proxy"],
	[
		"hexadecimal beyond 64 bits",
		['"%x"', "[18446744073709551616]"],
		"this verb for a whole number beyond 64 bits is not available in the proxy",
	],
	["a format that is no string", ["1", "[]"], "operand 1 must be string but got number"],
	["values that are no array", ['"x"', "{1}"], "operand 2 must be array but got set"],
	[
		"many long fractions",
		['"%v"', `[${Array(300).fill("1.5e-308").join()}]`],
		"so long a text is not available in the proxy",
	],
	[
		"a value within 300 others",
		['"%v"', `[${"[".repeat(300)}${"]".repeat(300)}]`],
		"so large an argument is not available in the proxy",
	],
];
for (const [name, args, fault] of refused) {
	test(`refuses ${name}`, () => {
		const answer = module.run("sprintf", args);
		assert.equal(answer.status === "error" ? answer.fault : answer.value, `sprintf: ${fault}`);
	});
}
