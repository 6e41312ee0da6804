import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { PolicyInstance } from "../../../../mixer/policy/policy-instance.ts";
import { scaled } from "../../../support/scale.ts";
import { opaEval } from "../opa-eval.ts";
import { anyGlobs, delimiters, globs, lines, patterns, placing, scribbles, texts } from "./regex-arbitraries.ts";
import { compileRegexes, Regexes, type RegexRule, regexRego } from "./regexes.ts";

const RUNS = scaled({ quick: 1500, full: 30_000 });

/** Fewer where each is compiled anew in OPA's module, too. */
const RUNS_ALONE = scaled({ quick: 300, full: 5000 });

/** What a value of a JSON document may be instead of a text; \C is a pattern to RE2 alone. */
const anything = fc.oneof(fc.constantFrom("a", "["), fc.jsonValue()).filter(isKnown);

function isKnown(value: unknown): boolean {
	return typeof value !== "string" || !value.includes("\\C");
}

let linked: Regexes;
let dir: string;

before(async () => {
	linked = await Regexes.link();
	dir = await mkdtemp(join(tmpdir(), "sluice-regexes-"));
	await writeFile(join(dir, "regexes.rego"), regexRego);
});

after(() => rm(dir, { recursive: true }));

function answerOf(rule: RegexRule, input: object): unknown {
	const { value, fault } = linked.evaluate(rule, input);
	if (fault !== undefined) return { fault };
	return value === undefined ? undefined : JSON.parse(value);
}

describe("answers as opa does", () => {
	const number = fc.constantFrom(-1, 0, 1, 2);
	const cases: [what: string, rule: RegexRule, inputs: fc.Arbitrary<object>, leastKinds: number][] = [
		["a pattern that matches or doesn't", "match", fc.record({ pattern: patterns, value: texts }), 2],
		["what may be no pattern", "match", fc.record({ pattern: scribbles, value: texts }), 3],
		["what may be no text", "match", fc.record({ pattern: anything, value: anything }), 3],
		["all places that match", "find", fc.record({ pattern: placing, value: texts, number }), 100],
		["whether a pattern is one", "valid", fc.record({ pattern: fc.oneof(patterns, scribbles, anything) }), 2],
		["a glob", "wildcard", fc.record({ pattern: globs, delimiters, value: lines }), 2],
	];
	for (const [what, rule, arbitrary, leastKinds] of cases) {
		test(what, async () => {
			const inputs = fc.sample(arbitrary, { numRuns: RUNS, seed: 5 });
			const expected = await opaEval({ dir, rule: `data.regexes.${rule}`, inputs });
			const answers = inputs.map((input) => answerOf(rule, input));
			for (const [i, input] of inputs.entries()) assert.deepEqual(answers[i], expected[i], JSON.stringify(input));
			assert.ok(new Set(answers.map((answer) => JSON.stringify(answer))).size >= leastKinds);
		});
	}
});

test("answers as OPA's module does by itself, where that has a mind of its own", async () => {
	const module = new WebAssembly.Module(await compileRegexes());
	const alone = new PolicyInstance({ module, data: Buffer.from("{}"), now: () => 0 });
	const pattern = fc.tuple(patterns, patterns).map(([one, other]) => `${one}\\B${other}`);
	const cases: [rule: RegexRule, inputs: fc.Arbitrary<object>][] = [
		["match", fc.record({ pattern, value: texts })],
		["find", fc.record({ pattern, value: texts, number: fc.constant(-1) })],
		["find", fc.record({ pattern: fc.constantFrom("a", "[", "()"), value: texts, number: fc.jsonValue() })],
		["wildcard", fc.record({ pattern: anyGlobs, delimiters, value: texts })],
		["wildcard", fc.record({ pattern: anything, delimiters: fc.jsonValue(), value: anything })],
	];
	for (const [rule, arbitrary] of cases) {
		const entrypoint = alone.entrypoints.get(`regexes/${rule}`) ?? -1;
		for (const input of fc.sample(arbitrary, { numRuns: RUNS_ALONE, seed: 6 })) {
			const expected = alone.evaluate(entrypoint, Buffer.from(JSON.stringify(input)));
			assert.deepEqual(linked.evaluate(rule, input).value, expected, JSON.stringify(input));
		}
	}
});

test("answers right where one evaluation comes to more patterns than OPA keeps: its module alone never ends", () => {
	const different = Array.from({ length: 130 }, (_, i) => `^a+${i}?$`);
	const rounds = [...different, ...different, ...different.flatMap((pattern) => [pattern, pattern, pattern])];
	for (const value of ["aaaa", "a7", "b"]) {
		const expected = rounds.filter((pattern) => new RegExp(pattern, "u").test(value));
		assert.deepEqual(answerOf("matching", { patterns: rounds, value }), expected);
	}
});

test("refuses a pattern with a NUL character, at which OPA's module would end it", () => {
	const fault = "a pattern with a NUL character: OPA's regular expressions would end there";
	for (const before of ["", "a", "a".repeat(7), "a".repeat(8), "a".repeat(30)]) {
		const input = { pattern: `${before}\0b`, value: before, delimiters: [], number: -1 };
		for (const rule of ["match", "find", "wildcard"] as const) {
			assert.deepEqual(answerOf(rule, input), { fault }, `${rule} ${before.length}`);
		}
	}
	assert.equal(answerOf("match", { pattern: "a.b", value: "a\0b" }), true);
	assert.equal(answerOf("match", { pattern: "a\\x00b", value: "a\0b" }), true);
	assert.equal(answerOf("match", { pattern: "\u0100\u8000\uff00", value: "\u0100\u8000\uff00" }), true);
});
