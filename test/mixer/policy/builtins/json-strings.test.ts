import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changeOutsideStrings, endOfString } from "../../../../mixer/policy/builtins/json-strings.ts";
import { parseRegoValue } from "../../../../mixer/policy/builtins/parse-rego-value.ts";
import { readJson } from "../../../../mixer/policy/builtins/read-json.ts";
import { writeValue } from "../../../../mixer/policy/builtins/write-value.ts";

test("values are read as they are written, whatever spaces stand between them", () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const pretty = JSON.stringify(value, null, 3);
			const tight = changeOutsideStrings(pretty, (outside) => outside.replace(/\s/g, ""));
			assert.equal(tight, JSON.stringify(value));
			assert.deepEqual(JSON.parse(writeValue(readJson(pretty))), JSON.parse(pretty));
		}),
	);
});

for (const { what, text } of [
	{ what: "plain characters", text: "x".repeat(10_000_000) },
	{ what: "escapes", text: '\\"\n'.repeat(2_000_000) },
]) {
	test(`a string of millions of ${what} is read`, () => {
		assert.deepEqual(parseRegoValue(JSON.stringify(text)), { type: "string", value: text });
	});
}

test("a string ends at the first quote with an even number of backslashes before it", () => {
	for (const [text, end] of [
		['"a"b', 3],
		['"\\""', 4],
		['"\\\\"x"', 4],
		['"', 1],
		['"\\"', 3],
	] as const) {
		assert.equal(endOfString(text, 0), end, text);
	}
});

for (const { json, message } of [
	{ json: '{"a": 1e40000}', message: "invalid number: number too big" },
	{ json: "1e-2147483648", message: "invalid number: number too big" },
]) {
	test(`refuses ${json}`, () => {
		assert.throws(() => readJson(json), new Error(message));
	});
}

test("takes the text of a number that is large inside a string for text", () => {
	assert.deepEqual(readJson('"1e99999"'), { type: "string", value: "1e99999" });
});
