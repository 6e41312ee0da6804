import assert from "node:assert/strict";
import { test } from "node:test";
import { recordBytes } from "../../../mixer/report/record-size.ts";

test("a record's size grows with its texts, lists and maps", () => {
	assert.equal(recordBytes({}), 0);
	assert.equal(recordBytes({ "request.id": "x".repeat(100), "response.code": 200 }), 132 + 32);
	assert.equal(recordBytes({ "request.path_segments": ["ab", "c"] }), 32 + 34 + 33);
	assert.equal(recordBytes({ "request.headers": new Map([["ab", "cdef"]]) }), 32 + 34 + 36);
});
