import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_RETRY_AFTER_MS, retryAfterMs } from "../../../../mixer/adapters/http/retry-after.ts";

const NOW_MS = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

for (const [header, expected] of [
	[undefined, 0],
	["0", 0],
	["7", 7000],
	["86400", MAX_RETRY_AFTER_MS],
	["Wed, 21 Oct 2026 07:28:09 GMT", 9000],
	["Wed, 21 Oct 2026 07:27:00 GMT", 0],
	["Wed, 21 Oct 2037 07:27:00 GMT", MAX_RETRY_AFTER_MS],
	["soon", 0],
	["9".repeat(400), 0],
] as const) {
	test(`Retry-After: ${header?.slice(0, 40)} means ${expected} ms`, () => {
		assert.equal(retryAfterMs(header, NOW_MS), expected);
	});
}
