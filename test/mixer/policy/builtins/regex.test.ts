import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const calls = {
	match: "regex.match(input.pattern, input.text)",
	valid: "regex.is_valid(input.pattern)",
	submatches: "regex.find_all_string_submatch_n(input.pattern, input.text, input.n)",
	wildcard: "glob.match(input.glob, input.delimiters, input.text)",
	find: "regex.find_n(input.pattern, input.text, input.n)",
	split: "regex.split(input.pattern, input.text)",
	replace: "regex.replace(input.text, input.pattern, input.with)",
	template: 'regex.template_match(input.pattern, input.text, "{", "}")',
	globs: "regex.globs_match(input.a, input.b)",
	quote: "glob.quote_meta(input.text)",
};

const atom = fc.constantFrom(
	...[
		"a",
		"b",
		".",
		"[ab]",
		"[^a]",
		"\\d",
		"\\w+",
		"\\b",
		"^",
		"$",
		"(a)",
		"(?:ab)",
		"(?P<x>b)",
		"(?i)A",
		"a*",
		"b+?",
		"a{2}",
		"(a|b)*",
	],
	...[
		"\\pL",
		"é",
		"😀",
		"x?",
		"|",
		"",
		"(?s).",
		"\\s",
		"\\.",
		"[[:alpha:]]",
		"(",
		"[",
		"*",
		"\\Q.\\E",
		"(a*)*",
		"\\z",
		"$^",
	],
);
const pattern = fc.array(atom, { maxLength: 4 }).map((parts) => parts.join(""));
const text = fc
	.array(fc.constantFrom("a", "b", "ab", "A", "1", " ", "é", "😀", ".", "\n", "x"), { maxLength: 7 })
	.map((parts) => parts.join(""));
const braced = (name: string) => `\${${name}}`;
const replacement = fc
	.array(fc.constantFrom("$1", braced("1"), "$x", braced("x"), "$$", "$", "y", "$1y", `${braced("1")}y`, "${", "$2"), {
		maxLength: 3,
	})
	.map((parts) => parts.join(""));
const template = fc
	.array(fc.constantFrom("{a+}", "{[0-9]}", "a", ".", "{", "}", "{.*}", "{{x}}"), { maxLength: 4 })
	.map((parts) => parts.join(""));
const glob = fc
	.array(
		fc.constantFrom("a", "b", ".", "[a-c]", "[b-d]", "[x]", "a*", "b+", ".*", ".+", "[a-b]+", "\\.", "[", "+", "\\"),
		{ maxLength: 5 },
	)
	.map((parts) => parts.join(""));

const wildcard = fc
	.array(fc.constantFrom("a", "b", "*", "?", "[ab]", "[!a]", "{a,b}", ".", "1", "é", "{*,x}"), { maxLength: 4 })
	.map((parts) => parts.join(""));
const line = text.filter((each) => !each.includes("\n"));

const question = fc.oneof(
	fc.record({ call: fc.constantFrom("match", "valid"), pattern, text }),
	fc.record({ call: fc.constant("submatches"), pattern, text, n: fc.constantFrom(-1, 0, 1, 2) }),
	fc.record({
		call: fc.constant("wildcard"),
		glob: wildcard,
		delimiters: fc.constantFrom(null, [], ["."], ["1", "b"]),
		text: line,
	}),
	fc.record({ call: fc.constant("find"), pattern, text, n: fc.constantFrom(-1, 0, 1, 2) }),
	fc.record({ call: fc.constant("split"), pattern, text }),
	fc.record({ call: fc.constant("replace"), pattern, text, with: replacement }),
	fc.record({ call: fc.constant("template"), pattern: template, text }),
	fc.record({ call: fc.constant("globs"), a: glob, b: glob }),
	fc.record({ call: fc.constant("quote"), text: fc.string({ maxLength: 8 }) }),
);

test("regex.* answers as opa's own", async (context) => {
	const inputs = fc.sample(question, { numRuns: scaled({ quick: 1200, full: 50_000 }), seed: 13 });
	const unsupported = await sameAsOpa(context, { calls, inputs });
	assert.ok(unsupported < inputs.length / 50, `${unsupported} not supported`);
});

/** 27 characters take a backtracking engine seconds, 20,000 for ever. */
test("an expression with nested repetitions takes no time that counts", async (context) => {
	const inputs = [{ call: "split", pattern: "(a+)+$", text: `${"a".repeat(20_000)}b` }];
	assert.equal(await sameAsOpa(context, { calls, inputs }), 0);
});
