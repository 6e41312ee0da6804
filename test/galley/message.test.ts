import assert from "node:assert/strict";
import { test } from "node:test";
import { compareMessages, formatMessage, type Message } from "../../galley/message.ts";

const message: Message = {
	level: "error",
	code: "out_of_bounds",
	file: "quota.yaml",
	line: 7,
	column: 10,
	field: "spec.limit",
	text: "-1 must be at least 1",
};

const CASES: readonly [string, Message][] = [
	["quota.yaml:7:10 spec.limit: -1 must be at least 1", message],
	["quota.yaml:7:10 spec.limit: -1 must be at least 1 (did you mean 1?)", { ...message, suggestion: "1" }],
	["quota.yaml:7:10 spec.limit: warning: -1 must be at least 1", { ...message, level: "warning" }],
	["quota.yaml:7:10: broken", { ...message, field: "", text: "broken" }],
	["quota.yaml: broken", { ...message, line: 0, column: 0, field: "", text: "broken" }],
	["no file", { ...message, file: ".", line: 0, column: 0, field: "", text: "no file" }],
	["a\\u{a}b:7:10 spec.limit: \\u{1b}[31m\\u{2028}é", { ...message, file: "a\nb", text: "\x1b[31m\u2028é" }],
];

for (const [expected, given] of CASES) test(`formats ${expected}`, () => assert.equal(formatMessage(given), expected));

test("orders by file, line, column and text", () => {
	const ordered: Message[] = [
		{ ...message, file: "a.yaml", line: 10 },
		{ ...message, line: 2, column: 9 },
		{ ...message, line: 2, column: 10, text: "a" },
		{ ...message, line: 2, column: 10, text: "b" },
		{ ...message, line: 10 },
	];
	assert.deepEqual([...ordered].reverse().sort(compareMessages), ordered);
});
