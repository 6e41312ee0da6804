import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Expression, ExpressionReader, MAX_EXPRESSION_LENGTH } from "../../../galley/cel/expression.ts";
import { telemetry } from "../adapters.ts";

const reader = new ExpressionReader(telemetry.attributes);

function read(text: string): Expression {
	const result = reader.read(text);
	assert.ok(result.ok, JSON.stringify(result));
	return result.expression;
}

describe("an expression", () => {
	for (const [text, type, attributes, plain] of [
		["request.method", "string", ["request.method"], "request.method"],
		["1", "int", [], undefined],
		["string(response.code / 100) + 'xx'", "string", ["response.code"], undefined],
		["request.headers['x-a']", "string", ["request.headers"], undefined],
		["request.headers.host", "string", ["request.headers"], undefined],
		["'x-a' in request.headers", "bool", ["request.headers"], undefined],
		["request.?host.orValue(request.method)", "string", ["request.host", "request.method"], undefined],
		["has(context.reporter.uid) && response.code >= 500", "bool", ["context.reporter.uid", "response.code"], undefined],
		["response.duration > duration('1s')", "bool", ["response.duration"], undefined],
		["request.time", "google.protobuf.Timestamp", ["request.time"], "request.time"],
		["request.headers.exists(name, name.startsWith('x-'))", "bool", ["request.headers"], undefined],
	] as const) {
		test(`${text} is of type ${type} and reads ${attributes.join(", ") || "nothing"}`, () => {
			const expression = read(text);
			assert.deepEqual(
				{ type: expression.type, attributes: expression.attributes, plain: expression.plain },
				{ type, attributes, plain },
			);
		});
	}

	for (const [text, ...faults] of [
		[
			"request.mehtod == 'GET'",
			{ offset: 0, text: "request.mehtod is not an attribute of records", suggestion: "request.method" },
		],
		["has(requst.host)", { offset: 4, text: "requst.host is not an attribute of records", suggestion: "request.host" }],
		[
			"request.hots + request.time2",
			{ offset: 0, text: "request.hots is not an attribute of records", suggestion: "request.host" },
			{ offset: 15, text: "request.time2 is not an attribute of records", suggestion: "request.time" },
		],
		["request == 1", { offset: 0, text: "request is not an attribute of records", suggestion: undefined }],
		["true && response.code == 'a'", { offset: 8, text: "no such overload: int == string" }],
		["request.method +", { offset: 16, text: "ends too early" }],
		["", { offset: 0, text: "ends too early" }],
		["request.method.matches(request.host)", { offset: 23, text: "the pattern of matches must be written out" }],
		[
			"request.method.matches('(a')",
			{ offset: 23, text: '"(a" is no pattern of RE2: error parsing regexp: missing closing ): `(a`' },
		],
		["x".repeat(MAX_EXPRESSION_LENGTH + 1), { offset: 0, text: "must have at most 4096 characters" }],
	] as const) {
		test(`${text.slice(0, 40)} is refused`, () => {
			assert.deepEqual(reader.read(text), { ok: false, faults });
		});
	}

	test("matches with RE2, in time that grows with the text alone", () => {
		const expression = read("request.method.matches('^(a+)+$') ? 'matches' : 'matches not'");
		const evaluate = (method: string) => expression.evaluate({ request: { method } });
		assert.equal(evaluate("aaa"), "matches");
		// JavaScript's own would take longer than the universe has lasted.
		assert.equal(evaluate(`${"a".repeat(2000)}b`), "matches not");
	});

	test("writes Envoy's response flags as its access logs do", () => {
		const expression = read("responseFlags(response.code)");
		const evaluate = (code: bigint) => expression.evaluate({ response: { code } });
		assert.deepEqual([0n, 0x8020n, 0x100n, 1n << 40n].map(evaluate), ["-", "UF,URX", "NR", "40"]);
	});

	test("nested without end, or as wide, is refused", () => {
		for (const text of [`${"(".repeat(1000)}1${")".repeat(1000)}`, Array(600).fill("1").join("+")]) {
			assert.equal(reader.read(text).ok, false);
		}
	});
});
