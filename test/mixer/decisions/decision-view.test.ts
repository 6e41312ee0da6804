import assert from "node:assert/strict";
import { test } from "node:test";
import { decisionView } from "../../../mixer/decisions/decision-view.ts";
import { DurationScale } from "../../../mixer/decisions/duration-scale.ts";

test("shows what is chosen of a record, and nothing else of it", () => {
	const record = {
		"request.time": 1_767_225_600_000_000_001n,
		"request.url_path": "/books",
		"request.path": "/books?token=x",
		"request.headers": new Map([["authorization", "x"]]),
		"response.code": 200,
		"check.cached": true,
		"check.shadow": new Map([["next", "deny"]]),
	};
	assert.deepEqual(decisionView(record, 7), {
		number: 7,
		attributes: {
			"request.time": "2026-01-01T00:00:00.000000001Z",
			"request.url_path": "/books",
			"response.code": 200,
			"check.cached": true,
			"check.shadow": { next: "deny" },
		},
	});
});

test("cuts long texts and long maps", () => {
	const shadows = new Map(Array.from({ length: 20 }, (_, i) => [`p${i}`, "x".repeat(1000)]));
	const { attributes } = decisionView({ "request.url_path": "x".repeat(513), "check.shadow": shadows }, 1);
	assert.equal(attributes["request.url_path"], `${"x".repeat(512)}…`);
	const entries = Object.entries(attributes["check.shadow"] ?? {});
	assert.deepEqual([entries.length, entries[0]?.[1].length], [16, 513]);
});

test("tells quantiles within a fifth, from a microsecond to 16 seconds", () => {
	const scale = new DurationScale();
	assert.equal(scale.quantileUs(0.5), undefined);
	for (let us = 1; us <= 1000; us++) scale.add(us * 1000);
	for (const [share, exact] of [
		[0.5, 500],
		[0.99, 990],
	] as const) {
		const told = scale.quantileUs(share) ?? 0;
		assert.ok(told >= exact && told <= exact * 1.2, `${told} for ${exact}`);
	}
	scale.reset();
	scale.add(0);
	assert.equal(scale.quantileUs(1), 1);
	scale.add(3_600_000_000_000);
	assert.equal(scale.quantileUs(1), 2 ** 24);
});
