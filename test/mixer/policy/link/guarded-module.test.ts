import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { guardModule } from "../../../../mixer/policy/link/guarded-module.ts";
import { PolicyInstance } from "../../../../mixer/policy/policy-instance.ts";
import { compileRego } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";
import { buildRego } from "../policy-folder.ts";

const numbersRego = `package numbers

sum := input.a + input.b

difference := input.a - input.b

times := input.a * input.b

rest := input.a % input.b

power := product([input.a | some _ in numbers.range(1, input.b)])
`;

const patternsRego = `package patterns

matching := [pattern | some pattern in input.patterns; regex.match(pattern, input.value)]

finding := [pattern | some pattern in input.patterns; count(regex.find_all_string_submatch_n(pattern, input.value, -1)) > 0]

globbing := [pattern | some pattern in input.patterns; glob.match(pattern, [], input.value)]

one := regex.match(input.pattern, input.value)
`;

const tooLong = {
	code: "policy",
	message: "calculates with a number of more than 256 characters, or an exponent of more than three digits",
};

/** A policy as the Mixer runs it. An evaluation that fails costs its instance. */
class Guarded {
	readonly #module: WebAssembly.Module;
	readonly #builtins: ReadonlySet<string>;
	#instance: PolicyInstance | undefined;

	constructor(policyWasm: Uint8Array, builtins: readonly string[] = []) {
		this.#builtins = new Set(builtins);
		this.#module = new WebAssembly.Module(new Uint8Array(guardModule({ policyWasm, builtins: this.#builtins })));
	}

	evaluate(rule: string, inputJson: string): string | undefined {
		const instance =
			this.#instance ?? new PolicyInstance({ module: this.#module, data: Buffer.from("{}"), now: () => 0 });
		this.#instance = undefined;
		const answer = instance.evaluate(instance.entrypoints.get(rule) ?? -1, Buffer.from(inputJson));
		this.#instance = instance;
		return answer;
	}
}

describe("numbers", () => {
	let guarded: Guarded;
	before(async () => {
		const rules = ["sum", "difference", "times", "rest", "power"];
		const entrypoints = rules.map((rule) => `numbers/${rule}`);
		guarded = new Guarded(await compileRego({ modules: { "numbers.rego": numbersRego }, entrypoints }));
	});
	const answer = (rule: string, a: string, b: string) => guarded.evaluate(`numbers/${rule}`, `{"a": ${a}, "b": ${b}}`);

	test("up to the bound every result is right", () => {
		const whole = fc.stringMatching(/^[1-9][0-9]{0,255}$/, { size: "max" });
		const property = fc.property(whole, whole, (a, b) => {
			const [x, y] = [BigInt(a), BigInt(b)];
			const results = { sum: x + y, difference: x - y, times: x * y, rest: x % y };
			for (const [rule, result] of Object.entries(results)) assert.equal(wholeOf(answer(rule, a, b)), result, rule);
		});
		fc.assert(property, { numRuns: scaled({ quick: 200, full: 10_000 }) });
	});

	for (const [what, text, isTaken] of [
		["256 characters", "7".repeat(256), true],
		["257 characters", "7".repeat(257), false],
		["6,000 characters, at which OPA's module traps", "7".repeat(6000), false],
		["an exponent of three digits", "1e999", true],
		["an exponent of four digits", "1e1000", false],
		["a negative exponent of four digits", "1E-1000", false],
	] as const) {
		test(`a number of ${what} is ${isTaken ? "taken" : "refused"}`, () => {
			for (const [a, b] of [
				[text, "3"],
				["3", text],
			] as const) {
				if (isTaken) assert.notEqual(answer("times", a, b), undefined);
				else assert.throws(() => answer("times", a, b), tooLong);
			}
			assert.equal(answer("times", "7", "3"), "21");
		});
	}

	test("a product of many numbers ends where it would be wrong", () => {
		const factor = 10n ** 200n + 1n;
		assert.equal(wholeOf(answer("power", String(factor), "2")), factor ** 2n);
		assert.throws(() => answer("power", String(factor), "3"), tooLong);
	});
});

/** A number as OPA writes it: 1.5e+3 is 1500. */
function wholeOf(json: string | undefined): bigint {
	const parsed =
		/^(-?)(\d+)(?:\.(\d+))?(?:[eE]\+?(\d+))?$/.exec(json ?? "") ?? assert.fail(`${json} is no whole number`);
	const [, sign = "", first = "", rest = "", exponent = ""] = parsed;
	return BigInt(sign + first + rest) * 10n ** BigInt(Number(exponent) - rest.length);
}

describe("regular expressions", () => {
	let guarded: Guarded;
	before(async () => {
		const entrypoints = ["matching", "finding", "globbing", "one"].map((rule) => `patterns/${rule}`);
		const builtins = ["regex.match", "regex.find_all_string_submatch_n", "glob.match"];
		guarded = new Guarded(await compileRego({ modules: { "patterns.rego": patternsRego }, entrypoints }), builtins);
	});
	const answer = (rule: string, input: object) => {
		const json = guarded.evaluate(`patterns/${rule}`, JSON.stringify(input));
		return json === undefined ? undefined : JSON.parse(json);
	};

	test("are right where one evaluation comes to more than OPA keeps: its module alone never ends", () => {
		const different = Array.from({ length: 130 }, (_, i) => `^a+${i}?$`);
		const patterns = [...different, ...different, ...different.flatMap((pattern) => [pattern, pattern, pattern])];
		for (const value of ["aaaa", "a7", "b"]) {
			const expected = patterns.filter((pattern) => new RegExp(pattern, "u").test(value));
			assert.deepEqual(answer("matching", { patterns, value }), expected);
			assert.deepEqual(answer("finding", { patterns, value }), expected);
		}
	});

	test("that globs are translated to, too", () => {
		const different = Array.from({ length: 130 }, (_, i) => `*.host${i % 65}${i < 65 ? "" : "?"}.example`);
		const patterns = [...different, ...different];
		for (const value of ["a.host7.example", "a.host77.example", "a.b.host7.example"]) {
			const host = (glob: string) => glob.replaceAll(".", "\\.").replace("*", "[^.]*").replace("?", "[^.]");
			const expected = patterns.filter((glob) => new RegExp(`^${host(glob)}$`, "u").test(value));
			assert.deepEqual(answer("globbing", { patterns, value }), expected);
		}
	});

	test("take no time that counts, however they repeat themselves", () => {
		assert.equal(answer("one", { pattern: "^(a+)+$", value: `${"a".repeat(20_000)}b` }), false);
	});

	test("may hold a NUL, at which OPA's module would end them", () => {
		assert.equal(answer("one", { pattern: "^a\0b$", value: "a" }), false);
		assert.equal(answer("one", { pattern: "^a\0b$", value: "a\0b" }), true);
	});

	test("over a bound are an error, and what is none has no value", () => {
		assert.throws(() => answer("one", { pattern: "a".repeat(65_537), value: "a" }), {
			code: "policy",
			message: "the expression is over 65536 characters",
		});
		assert.equal(answer("one", { pattern: "a(", value: "a" }), undefined);
		assert.equal(answer("one", { pattern: 1, value: "a" }), undefined);
		assert.equal(answer("one", { pattern: "a", value: ["a"] }), undefined);
	});
});

test("a build's module for the Mixer is guarded", async (context) => {
	const { policyWasm } = await buildRego(
		context,
		"decision := input.parsed_query.n[0] == to_number(input.request.path) * 7",
	);
	const module = new WebAssembly.Module(policyWasm);
	const instance = new PolicyInstance({ module, data: Buffer.from("{}"), now: () => 0 });
	const input = Buffer.from(JSON.stringify({ parsed_query: { n: ["1"] }, request: { path: "7".repeat(257) } }));
	assert.throws(() => instance.evaluate(0, input), tooLong);
});

test("a regular expression that is not where it is expected ends the build", async () => {
	const policyWasm = await compileRego({
		modules: { "a.rego": "package a\nb := input.c == 1\n" },
		entrypoints: ["a/b"],
	});
	assert.throws(() => guardModule({ policyWasm, builtins: new Set(["regex.match"]) }), {
		code: "tool",
		message: /^the module that opa compiled has no function opa_regex_match for regex.match; /,
	});
});
