import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { consoleLine } from "../../../mixer/adapters/console-line.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";

const at = (hours: number, minutes: number, seconds: number) =>
	BigInt(new Date(2026, 0, 5, hours, minutes, seconds).getTime()) * 1_000_000n;

const denied: TelemetryRecord = {
	"request.time": at(12, 1, 9),
	"request.method": "GET",
	"request.url_path": "/admin",
	"response.code": 403,
	"check.decision": "deny",
	"check.outcome": "denied",
	"check.rule": "staff_only",
	"check.placement": "mixer",
	"check.duration": 380_400,
	"check.revision": "3f9a1c00ff",
	"check.id": "d-71c1",
};

describe("a line for a person", () => {
	const lines: [Partial<TelemetryRecord>, string][] = [
		[{}, "12:01:09 DENY  403 GET /admin   staff_only    mixer  380µs 3f9a1c d-71c1"],
		[
			{
				"check.decision": "allow",
				"check.outcome": "allowed",
				"response.code": 200,
				"request.url_path": "/books",
				"check.rule": "books_public",
			},
			"12:01:09 ALLOW 200 GET /books   books_public  mixer  380µs 3f9a1c d-71c1",
		],
		[{ "check.duration": 12_345_678 }, "12:01:09 DENY  403 GET /admin   staff_only    mixer  12ms 3f9a1c d-71c1"],
		[{ "check.duration": 12_345_678_901 }, "12:01:09 DENY  403 GET /admin   staff_only    mixer  12s 3f9a1c d-71c1"],
		[
			{ "request.url_path": "/a\r\nb\u001b[2J\u202e", "check.rule": "\u009b" },
			"12:01:09 DENY  403 GET /a\\u{d}\\u{a}b\\u{1b}[2J\\u{202e} \\u{9b}        mixer  380µs 3f9a1c d-71c1",
		],
	];
	for (const [change, line] of lines) test(line, () => assert.equal(consoleLine({ ...denied, ...change }), line));

	test("says how it came out where no rule decided", () => {
		const unavailable: TelemetryRecord = {
			"request.time": at(0, 0, 0),
			"request.method": "GET",
			"request.url_path": "/",
			"response.code": 503,
			"check.decision": "deny",
			"check.outcome": "unavailable",
			"check.placement": "none",
		};
		assert.equal(consoleLine(unavailable), "00:00:00 DENY  503 GET /        unavailable   none   - - -");
	});

	test("of an empty record is a line of dashes", () => {
		assert.equal(consoleLine({}), "--:--:-- NONE  -   - -          -             -      - - -");
	});

	test("cuts a long path", () => {
		const line = consoleLine({ ...denied, "request.url_path": `/${"x".repeat(5000)}` });
		assert.ok(line.includes(`/${"x".repeat(119)}… staff_only`));
	});
});
