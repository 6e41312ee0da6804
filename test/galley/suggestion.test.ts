import assert from "node:assert/strict";
import { test } from "node:test";
import { closest } from "../../galley/suggestion.ts";

const CASES: readonly [word: string, candidates: readonly string[], expected: string | undefined][] = [
	["depoly", ["deny", "deploy"], "deploy"],
	["Deny", ["deny", "allow"], "deny"],
	["hots", ["host", "listenerPort"], "host"],
	["path", ["host", "pathPrefix"], "pathPrefix"],
	["port", ["listenerPort", "adminPort"], undefined],
	["xy", ["host", "axyb"], undefined],
	["open", ["deny", "allow"], undefined],
	["", ["a", "host"], "a"],
	["x".repeat(65), ["x".repeat(65)], undefined],
	["x".repeat(64), ["x".repeat(65)], "x".repeat(65)],
	["anything", [], undefined],
];

for (const [word, candidates, expected] of CASES) {
	test(`${word} among ${candidates.join(", ")}: ${expected}`, () => assert.equal(closest(word, candidates), expected));
}
