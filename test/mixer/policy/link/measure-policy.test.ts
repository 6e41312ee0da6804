import assert from "node:assert/strict";
import { test } from "node:test";
import { measurePolicy } from "../../../../mixer/policy/link/measure-policy.ts";
import { compileRego } from "../../../support/linked-filter.ts";

const data = Buffer.from("{}");

function compile(): Promise<Uint8Array> {
	return compileRego({ modules: { "a.rego": "package a\nb := input.c == data.c\n" }, entrypoints: ["a/b"] });
}

test("adds an evaluation's pages to those that the data fill", async () => {
	const policyWasm = await compile();
	assert.deepEqual(measurePolicy({ policyWasm, data, extraPages: 256 }), {
		firstPages: 2,
		maxPages: 258,
		extraPages: 256,
	});
	const entries = Array.from({ length: 10_000 }, (_, i) => [`user-${i}`, { role: "reader" }] as const);
	const large = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
	const { maxPages } = measurePolicy({ policyWasm, data: large, extraPages: 256 });
	assert.ok(maxPages > 258 + 16 && maxPages < 258 + 256, String(maxPages));
	assert.equal(measurePolicy({ policyWasm, data: large, extraPages: 0 }).maxPages, maxPages - 256);
});

test("refuses data that are not JSON, and data that leave no room", async () => {
	const policyWasm = await compile();
	const noJson = { policyWasm, data: Buffer.from('{"a":'), extraPages: 256 };
	assert.throws(() => measurePolicy(noJson), { code: "invalid", message: "OPA cannot read the data" });
	assert.throws(() => measurePolicy({ policyWasm, data, extraPages: 65_535 }), {
		code: "invalid",
		message: "the data leave no room for an evaluation: 65537 of 65536 pages",
	});
});
