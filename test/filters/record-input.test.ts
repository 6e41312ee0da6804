import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answer, checks, get, policy, question, recordOf, startFilter } from "../support/filter-host.ts";

const REPORT = { report: { attributes: ["check.outcome", "check.input"] } };

/** Every place of the input that can hold a header or a query, whole and by key. */
const whole = [
	["attributes", "request", "http", "headers"],
	["attributes", "request", "http", "path"],
	["request", "headers"],
	["request", "header_values"],
	["request", "path"],
	["request", "query"],
	["request", "query_params"],
	["request", "referer"],
	["parsed_query"],
];
const byKey = [
	["attributes", "request", "http", "headers", "authorization"],
	["request", "headers", "authorization"],
	["request", "header_values", "authorization"],
	["request", "query_params", "access_token"],
	["parsed_query", "access_token"],
];
const SECRET = "s3cret";
const PATH = `/p?access_token=${SECRET}&a=1`;
const HEADERS = [
	["authorization", `Bearer ${SECRET}`],
	["referer", `https://a.example/?access_token=${SECRET}`],
	["x-a", "1"],
] as const;

describe("a record's input", () => {
	for (const [what, inputs] of [
		["whole", whole],
		["by key", byKey],
	] as const) {
		test(`is what the Policy was asked about, without secrets: places read ${what}`, async () => {
			const host = await startFilter({ ...REPORT, policies: [policy({ inputs })] });
			const stream = get(host, PATH, HEADERS);
			const asked = question(checks(host)[0] ?? assert.fail()).text;
			assert.ok(asked.includes(SECRET), "the policy itself reads it");
			answer(host.grpc.last, { allowed: false });
			const shown = recordOf(host, stream)["check.input"];
			assert.equal(String(shown).includes(SECRET), false, String(shown));
			const hidden = asked.replaceAll(`Bearer ${SECRET}`, "[redacted]").replaceAll(SECRET, "[redacted]");
			assert.equal(shown, hidden);
		});
	}

	test("stays off where nothing targets the request, and where it was refused before", async () => {
		const targets = [{ pathPrefix: "/shop" }];
		const host = await startFilter({ ...REPORT, policies: [policy({ targets })] });
		const first = get(host, "/shop");
		answer(host.grpc.last, true);
		assert.equal(recordOf(host, first)["check.input"], '{"request":{"method":"GET"}}');
		assert.deepEqual(recordOf(host, get(host, "/other")), { "check.outcome": "denied" });
		const twoHosts = host.request({
			headers: [
				[":method", "GET"],
				[":path", "/shop"],
				[":authority", "a b"],
			],
		});
		assert.deepEqual(recordOf(host, twoHosts), { "check.outcome": "bad_input" });
	});

	test("is null where it is too long, and the record arrives all the same", async () => {
		const host = await startFilter({ ...REPORT, policies: [policy({ inputs: [["request", "headers"]] })] });
		const stream = get(host, "/", [["x-long", "x".repeat(33_000)]]);
		answer(host.grpc.last, true);
		assert.deepEqual(recordOf(host, stream), { "check.outcome": "allowed", "check.input": "null" });
		const short = get(host, "/", [["x-long", "x".repeat(30_000)]]);
		answer(host.grpc.last, true);
		assert.equal(String(recordOf(host, short)["check.input"]).length > 30_000, true);
	});
});
