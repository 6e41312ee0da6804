import assert from "node:assert/strict";
import { test } from "node:test";
import { formatVersion, isLater, parseVersion } from "../../../pilot/discovery/version.ts";

const revision = "3f9a1c";

for (const [text, version] of [
	["1764115200123-3f9a1c", { revision, order: 1_764_115_200_123 }],
	["0-3f9a1c", { revision, order: 0 }],
	["3f9a1c", { revision, order: undefined }],
	["", { revision: "", order: undefined }],
	["12-", { revision: "12-", order: undefined }],
	["1234567890123456-3f9a1c", { revision: "1234567890123456-3f9a1c", order: undefined }],
	["7-a\nb", { revision: "a\nb", order: 7 }],
] as const) {
	test(`reads ${JSON.stringify(text)}, and writes it again`, () => {
		assert.deepEqual(parseVersion(text), version);
		assert.equal(formatVersion(version), text);
	});
}

test("one comes after another only if both tell when", () => {
	const [early, late, untold] = [1, 2, undefined].map((order) => ({ revision, order }));
	assert.ok(early !== undefined && late !== undefined && untold !== undefined);
	assert.deepEqual([isLater(late, early), isLater(early, late), isLater(early, early)], [true, false, false]);
	assert.deepEqual([isLater(untold, early), isLater(late, untold)], [false, false]);
});
