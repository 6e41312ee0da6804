import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import { setOf, value } from "./rego-values.ts";
import { assertSameAsOpa } from "./same-as-opa.ts";

let module: BuiltinsModule;
const numRuns = scaled({ quick: 2000, full: 40_000 });

before(async () => {
	module = await BuiltinsModule.build();
});

const word = fc
	.oneof(fc.string({ unit: fc.constantFrom("a", "b", "é"), maxLength: 4 }), fc.string({ maxLength: 3 }))
	.map((text) => JSON.stringify(text));
const words = fc.oneof(
	word,
	fc.array(word, { maxLength: 6 }).map((items) => `[${items.join(", ")}]`),
	fc.uniqueArray(word, { maxLength: 6 }).map(setOf),
	fc.constantFrom("1", "null", '{"a": "b"}', '["a", 1]', '{"a", null}', "[[]]", "[]", "set()"),
);

test("prefixes and suffixes match as in opa", async () => {
	const name = fc.constantFrom("strings.any_prefix_match", "strings.any_suffix_match");
	const calls = fc.sample(fc.record({ name, args: fc.tuple(words, words) }), { numRuns, seed: 15 });
	assert.equal(await assertSameAsOpa(module, calls), 0);
});

test("subsets are opa's", async () => {
	const small = fc.array(fc.constantFrom("1", "2", "1.0", '"a"'), { maxLength: 7 });
	const lists = fc.tuple(small, small).map(([all, part]) => [`[${all.join(", ")}]`, `[${part.join(", ")}]`]);
	const mixed = fc
		.tuple(small, fc.uniqueArray(fc.constantFrom("1", "2", '"a"')))
		.map(([all, part]) => [`[${all.join(", ")}]`, setOf(part)]);
	const args = fc.oneof(
		fc.tuple(value, value),
		value.map((same) => [same, same]),
		nestedPair(),
		lists,
		mixed,
	);
	const calls = fc.sample(args, { numRuns, seed: 16 }).map((pair) => ({ name: "object.subset", args: pair }));
	assert.equal(await assertSameAsOpa(module, calls), 0);
});

/** Objects of which one often is a part of the other. */
function nestedPair(): fc.Arbitrary<[string, string]> {
	const member = fc.tuple(fc.constantFrom('"a"', "1", "[1]"), value, fc.boolean(), fc.boolean());
	return fc.uniqueArray(member, { maxLength: 3, selector: ([key]) => key }).map((members) => {
		const all = members.map(([key, any]) => `${key}: {"x": ${any}, "y": [1, ${any}]}`);
		const kept = members.filter(([, , keep]) => keep);
		const part = kept.map(
			([key, any, , whole]) => `${key}: ${whole ? `{"x": ${any}, "y": [1, ${any}]}` : `{"y": [${any}]}`}`,
		);
		return [`{${all.join(", ")}}`, `{${part.join(", ")}}`];
	});
}

test("numbers that differ beyond the fifteenth digit are not compared", () => {
	const answer = module.run("object.subset", ["{0.3}", "{0.30000000000000001}"]);
	assert.deepEqual(answer, {
		status: "error",
		fault: "object.subset: comparing fractions of more than 15 digits is not available in the proxy",
		opas: false,
	});
});

/** Sizes at which comparing each with each takes many seconds. */
const hostile: [name: string, builtin: string, args: string[], expected: string][] = [
	[
		"a run that almost matches everywhere",
		"object.subset",
		[listOf(60_000, () => "1"), `[${"1, ".repeat(30_000)}2]`],
		"false",
	],
	[
		"prefixes that almost match",
		"strings.any_prefix_match",
		[listOf(30_000, (i) => `"${"a".repeat(20)}${i}"`), listOf(30_000, (i) => `"${"a".repeat(20)}x${i}"`)],
		"false",
	],
	[
		"suffixes that almost match",
		"strings.any_suffix_match",
		[listOf(30_000, (i) => `"${i}${"a".repeat(20)}"`), listOf(30_000, (i) => `"x${i}${"a".repeat(20)}"`)],
		"false",
	],
	[
		"large sets",
		"object.subset",
		[
			setOf(Array.from({ length: 50_000 }, (_, i) => String(99_999 - i))),
			setOf(Array.from({ length: 50_000 }, (_, i) => String(i + 50_000))),
		],
		"true",
	],
];
for (const [name, builtin, args, expected] of hostile) {
	test(`${name} cost no more than sorting`, () => {
		const startMs = performance.now();
		assert.deepEqual(module.run(builtin, args), { status: "ok", value: expected });
		assert.ok(performance.now() - startMs < 2000, `${performance.now() - startMs} ms`);
	});
}

test("values nest to a bound", () => {
	const deep = (depth: number, inner: string) => "[".repeat(depth) + inner + "]".repeat(depth);
	const run = (depth: number) => module.run("object.subset", [deep(depth, "1, {2}"), deep(depth, "1, {3}")]);
	assert.deepEqual(run(255), { status: "ok", value: "false" });
	const fault = "object.subset: so large an argument is not available in the proxy";
	assert.deepEqual(run(256), { status: "error", fault, opas: false });
	assert.deepEqual(run(1_000_000), { status: "error", fault, opas: false });
});

function listOf(length: number, make: (i: number) => string): string {
	return `[${Array.from({ length }, (_, i) => make(i)).join(", ")}]`;
}
