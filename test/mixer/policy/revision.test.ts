import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { computeRevision } from "../../../mixer/policy/revision.ts";

test("is the SHA-256 over names, lengths and contents", () => {
	const framed = [
		"policy.wasm\0\0\0\0\0\0\0\u0002wa",
		"filter.wasm\0\0\0\0\0\0\0\u0001f",
		"data.json\0\0\0\0\0\0\0\u0001d",
		"plugin-config.json\0\0\0\0\0\0\0\0",
	].join("");
	const expected = createHash("sha256").update(framed).digest("hex");
	const parts = { policyWasm: Buffer.from("wa"), module: Buffer.from("f"), data: Buffer.from("d"), pluginConfig: "" };
	assert.equal(computeRevision(parts), expected);
});

test("differs where the same bytes are divided in another way", () => {
	const module = Buffer.from("");
	const one = { policyWasm: Buffer.from("afilter.wasm"), module, data: Buffer.from("b"), pluginConfig: "" };
	const other = { policyWasm: Buffer.from("a"), module, data: Buffer.from("filter.wasmb"), pluginConfig: "" };
	assert.notEqual(computeRevision(one), computeRevision(other));
});
