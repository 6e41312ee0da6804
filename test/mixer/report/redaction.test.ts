import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { redactor } from "../../../mixer/report/redaction.ts";

const redact = redactor({ headers: ["authorization", "X-Api-Key"], queryParameters: ["access_token", "API_KEY"] });

describe("redaction", () => {
	const urls = [
		["/a?x=1", "/a?x=1"],
		["/a?access_token=s3cret", "/a?access_token=[redacted]"],
		["/a?x=1&access_token=s3cret&y=2", "/a?x=1&access_token=[redacted]&y=2"],
		["/a?Access_Token=s3cret", "/a?Access_Token=[redacted]"],
		["/a?acc%65ss_token=s3cret", "/a?acc%65ss_token=[redacted]"],
		["/a?api_key=a&api_key=b", "/a?api_key=[redacted]&api_key=[redacted]"],
		["/a?access_token=a=b", "/a?access_token=[redacted]"],
		["/a?access_token", "/a?access_token"],
		["/a?%zz=1&access_token=s", "/a?%zz=1&access_token=[redacted]"],
		["/access_token=s", "/access_token=s"],
		["/a?next=/b?access_token=s", "/a?next=/b?access_token=[redacted]"],
		["/a#access_token=s", "/a#access_token=[redacted]"],
		["/a?x=1;access_token=s;y", "/a?x=1;access_token=[redacted];y"],
		["/a;access_token=s", "/a;access_token=s"],
	] as const;
	for (const [url, redacted] of urls) {
		test(`${url} becomes ${redacted}`, () => {
			assert.deepEqual(redact({ "request.path": url }), { "request.path": redacted });
			assert.deepEqual(redact({ "request.referer": url }), { "request.referer": redacted });
			for (const name of [":path", "x-original-url"]) {
				assert.deepEqual(redact({ "request.headers": new Map([[name, url]]) }), {
					"request.headers": new Map([[name, redacted]]),
				});
			}
		});
	}

	test("replaces what is secret in an input, and leaves one without secrets as it is, to the digit", () => {
		const secret = {
			attributes: { request: { http: { headers: { Authorization: "x" }, path: "/?access_token=x" } } },
			parsed_query: { access_token: ["x", "x"], a: ["1"] },
			request: { header_values: { "x-api-key": ["x"], b: ["2"] }, query: "api_key=x&c=3", referer: "/#access_token=x" },
		};
		const record = redact({ "check.input": JSON.stringify(secret) });
		assert.deepEqual(JSON.parse(record["check.input"] ?? ""), {
			attributes: {
				request: { http: { headers: { Authorization: "[redacted]" }, path: "/?access_token=[redacted]" } },
			},
			parsed_query: { access_token: ["[redacted]", "[redacted]"], a: ["1"] },
			request: {
				header_values: { "x-api-key": ["[redacted]"], b: ["2"] },
				query: "api_key=[redacted]&c=3",
				referer: "/#access_token=[redacted]",
			},
		});
		const plain = '{"request":{"headers":{"a":"b"}},"x":12345678901234567890}';
		for (const input of [plain, "null"]) assert.equal(redact({ "check.input": input })["check.input"], input);
		assert.equal(redact({ "check.input": "{broken" })["check.input"], "null");
	});

	test("replaces secret headers in both forms, in any case", () => {
		const record = {
			"request.headers": new Map([
				["Authorization", "Bearer x"],
				["x-api-key", "y"],
				["accept", "z"],
			]),
			"request.header_values": new Map([
				["authorization", ["Bearer x", "Bearer y"]],
				["accept", ["z"]],
			]),
		};
		assert.deepEqual(redact(record), {
			"request.headers": new Map([
				["Authorization", "[redacted]"],
				["x-api-key", "[redacted]"],
				["accept", "z"],
			]),
			"request.header_values": new Map([
				["authorization", ["[redacted]", "[redacted]"]],
				["accept", ["z"]],
			]),
		});
	});

	test("replaces secret parameters in the query and in the parameters", () => {
		const record = {
			"request.query": "x=1&access_token=s",
			"request.query_params": new Map([
				["access_token", "s"],
				["x", "1"],
			]),
		};
		assert.deepEqual(redact(record), {
			"request.query": "x=1&access_token=[redacted]",
			"request.query_params": new Map([
				["access_token", "[redacted]"],
				["x", "1"],
			]),
		});
	});

	test("leaves the record it was given as it was", () => {
		const record = { "request.path": "/a?access_token=s", "response.code": 200 };
		assert.deepEqual(redact(record), { "request.path": "/a?access_token=[redacted]", "response.code": 200 });
		assert.equal(record["request.path"], "/a?access_token=s");
	});
});
