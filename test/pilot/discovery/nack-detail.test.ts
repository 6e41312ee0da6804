import assert from "node:assert/strict";
import { test } from "node:test";
import { nackDetail } from "../../../pilot/discovery/nack-detail.ts";

test("keeps a short text as it is", () => {
	assert.equal(nackDetail("Unable to create Wasm plugin sluice.http"), "Unable to create Wasm plugin sluice.http");
});

test("keeps the last 300 characters of a long one", () => {
	const dump = `goo.gle/debugproto ${"x".repeat(5000)}`;
	const end = `${"y".repeat(290)} the end`;
	assert.equal(nackDetail(`${dump}${end}`), `…${`${dump}${end}`.slice(-300)}`);
});

for (const [what, text, shown] of [
	["line feeds", "one\ntwo\r\n", "one\\ntwo\\u{d}\\n"],
	["escape sequences of a terminal", "\u001b[31mred", "\\u{1b}[31mred"],
	["what turns the direction of writing", "\u202eabc", "\\u{202e}abc"],
	["half a character", "\udc00abc", "\\u{dc00}abc"],
] as const) {
	test(`escapes ${what}`, () => assert.equal(nackDetail(text), shown));
}
