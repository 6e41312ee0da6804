import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { computeRevision } from "../../../mixer/policy/revision.ts";

test("is the SHA-256 over names, lengths and contents", () => {
	const framed = "policy.wasm\0\0\0\0\0\0\0\u0002wadata.json\0\0\0\0\0\0\0\u0001dplugin-config.json\0\0\0\0\0\0\0\0";
	const expected = createHash("sha256").update(framed).digest("hex");
	assert.equal(computeRevision({ policyWasm: Buffer.from("wa"), data: Buffer.from("d"), pluginConfig: "" }), expected);
});

test("differs where the same bytes are divided in another way", () => {
	const one = { policyWasm: Buffer.from("adata.json"), data: Buffer.from("b"), pluginConfig: "" };
	const other = { policyWasm: Buffer.from("a"), data: Buffer.from("data.jsonb"), pluginConfig: "" };
	assert.notEqual(computeRevision(one), computeRevision(other));
});
