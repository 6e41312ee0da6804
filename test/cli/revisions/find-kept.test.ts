import assert from "node:assert/strict";
import { test } from "node:test";
import { findKept } from "../../../cli/revisions/find-kept.ts";
import type { KeptEntry } from "../../../cli/revisions/state/kept-revisions.ts";
import { MixerError } from "../../../mixer/error.ts";

const entries = ["3f9a1c", "8be204aa", "8be204bb"].map((beginning): KeptEntry => {
	const record = { version: 1 as const, order: 1, keptMs: 1, buildMs: 1, policies: [] };
	return { ...record, revision: beginning.padEnd(64, "0") };
});

for (const beginning of ["3", "3F9A", "8be204a"]) {
	test(`${beginning} means one revision`, () => {
		assert.ok(findKept(entries, beginning).revision.startsWith(beginning.toLowerCase()));
	});
}

for (const [beginning, message] of [
	["8be2", "8be2 begins 2 kept revisions, 8be204aa0000, 8be204bb0000: give more digits"],
	["77", "no kept revision begins with 77: kept are 3f9a1c (in force), 8be204, 8be204"],
	["../x", '"../x" is no revision: give its first hexadecimal digits'],
	["", '"" is no revision: give its first hexadecimal digits'],
] as const) {
	test(`${JSON.stringify(beginning)} means none`, () => {
		assert.throws(() => findKept(entries, beginning), new MixerError("invalid", message));
	});
}

test("of nothing that is kept none is meant", () => {
	const message = "no kept revision begins with 77: none is kept";
	assert.throws(() => findKept([], "77"), new MixerError("invalid", message));
});
