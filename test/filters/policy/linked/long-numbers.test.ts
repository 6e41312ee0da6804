import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { evaluatingExports, LinkedInstance } from "../../../../mixer/policy/link/linked-instance.ts";
import { configuration } from "../../../support/filter-host.ts";
import { linkRego } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";

const rego = `package numbers

answers := {
	"sum": input.a + input.b,
	"difference": input.a - input.b,
	"product": input.a * input.b,
	"rest": input.a % input.b,
	"more": input.a > input.b,
}`;

const FUEL = 2_000_000;
const fault = "calculates with a number of more than 256 characters, or an exponent of more than three digits";

let instance: LinkedInstance;

before(async () => {
	const keep = evaluatingExports;
	const linked = await linkRego({ modules: { "numbers.rego": rego }, entrypoints: ["numbers/answers"], keep });
	instance = new LinkedInstance({
		module: new WebAssembly.Module(linked.module),
		vmConfig: linked.vmConfiguration,
		pluginConfig: JSON.stringify(configuration({ policies: [] })),
		now: () => 0,
	});
});

function answers(a: string, b: string) {
	const entrypoint = instance.entrypoints.get("numbers/answers") ?? assert.fail("no entrypoint");
	return instance.evaluate(entrypoint, Buffer.from(`{"a": ${a}, "b": ${b}}`), FUEL);
}

/** The members of an object as they are written: numbers this long are no numbers of JavaScript's. */
function written(json: string | undefined): Record<string, bigint | string> {
	const members = (json ?? assert.fail("no decision")).matchAll(/"([a-z]+)":([^,}]+)/g);
	return Object.fromEntries([...members].map(([, name, text = ""]) => [name, whole(text)]));
}

/** 1.5e+3 is 1500. */
function whole(text: string): bigint | string {
	const [, sign = "", first = "", rest = "", exponent = ""] =
		/^(-?)(\d+)(?:\.(\d+))?(?:[eE]\+?(\d+))?$/.exec(text) ?? [];
	if (first === "") return text;
	return BigInt(sign + first + rest) * 10n ** BigInt(Number(exponent) - rest.length);
}

const digits = fc.stringMatching(/^[1-9][0-9]{0,251}$/, { size: "max" });
const number = fc.oneof(
	digits.map((text) => ({ text, value: BigInt(text) })),
	fc
		.record({ text: digits, exponent: fc.nat({ max: 999 }) })
		.map(({ text, exponent }) => ({ text: `${text}e${exponent}`, value: BigInt(text) * 10n ** BigInt(exponent) })),
);

test("up to the bound every result is right", () => {
	const property = fc.property(number, number, (a, b) => {
		assert.deepEqual(written(answers(a.text, b.text).value), {
			sum: a.value + b.value,
			difference: a.value - b.value,
			product: a.value * b.value,
			rest: a.value % b.value,
			more: String(a.value > b.value),
		});
	});
	fc.assert(property, { numRuns: scaled({ quick: 300, full: 20_000 }) });
});

for (const [what, text, isTaken] of [
	["256 characters", "7".repeat(256), true],
	["257 characters", "7".repeat(257), false],
	["an exponent of three digits", "1e999", true],
	["an exponent of four digits", "1e1000", false],
	["a negative exponent of four digits", "1E-1000", false],
] as const) {
	test(`a number of ${what} is ${isTaken ? "taken" : "refused"}`, () => {
		assert.equal(answers(text, "3").fault, isTaken ? undefined : fault);
		assert.equal(answers("3", text).fault, isTaken ? undefined : fault);
	});
}
