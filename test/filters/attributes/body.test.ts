import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import type { BytesLike } from "../../support/fake-host-module.ts";
import { scaled } from "../../support/scale.ts";
import { AttributeHost, defaultLimits } from "./attribute-host.ts";
import { canonical, project } from "./input-model.ts";

let host: AttributeHost;
const numRuns = scaled({ quick: 1000, full: 50_000 });

before(async () => {
	host = await AttributeHost.build();
});

/** What parsed_body is, as its JSON text. */
function parsed(type: string, body: BytesLike, ...below: readonly (readonly string[])[]): string {
	const paths = below.length === 0 ? [["parsed_body"]] : below.map((path) => ["parsed_body", ...path]);
	return only(
		host
			.request([["content-type", type]])
			.withBody(body)
			.input(paths),
	);
}

function only(document: string): string {
	return document === "bad input" ? document : document.slice('{"parsed_body":'.length, -1);
}

describe("a JSON body", () => {
	const json = "application/json";
	const value = fc.letrec((tie) => ({
		value: fc.oneof(
			{ depthSize: "small", withCrossShrink: true },
			fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, 123456789012345),
			fc.string({ unit: "binary" }),
			fc.array(tie("value"), { maxLength: 4 }),
			fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 5 }),
		),
	})).value;
	const keys = fc.constantFrom("a", "b", "", "é", "0");
	const nested = fc.letrec((tie) => ({
		value: fc.oneof(
			{ depthSize: "small", withCrossShrink: true },
			fc.constantFrom(null, true, 7, "text"),
			fc.array(tie("value"), { maxLength: 2 }),
			fc.dictionary(keys, tie("value"), { maxKeys: 4 }),
		),
	})).value;

	test("is written in canonical form, whatever its white space and escapes", () => {
		const check = (of: unknown, space: string) => {
			const text = JSON.stringify(of, undefined, space);
			const escaped = text.replace(/[\u007f-\uffff/]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
			const expected = canonical(JSON.parse(text));
			assert.equal(parsed(json, text), expected);
			assert.equal(parsed(json, escaped), expected);
		};
		fc.assert(fc.property(value, fc.constantFrom("", " ", "\t"), check), { numRuns });
	});

	test("is written as far as it is read", () => {
		const ways = fc.array(fc.array(keys, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
		const check = (of: unknown, paths: string[][]) => {
			assert.equal(
				parsed(json, JSON.stringify(of), ...paths),
				canonical(project(JSON.parse(JSON.stringify(of)), paths)),
			);
		};
		fc.assert(fc.property(nested, ways, check), { numRuns });
	});

	test("keeps its numbers as they were written", () => {
		for (const number of ["1.0", "1e2", "-0", "1E+2", "0.10", "12345678901234567890123456789"]) {
			assert.equal(parsed(json, `[${number}]`), `[${number}]`);
		}
	});

	const refused: readonly (readonly [what: string, body: BytesLike])[] = [
		["a key twice", '{"a":1,"a":2}'],
		["a key twice, once escaped", '{"a":1,"\\u0061":2}'],
		["a lone surrogate", '"\\ud800"'],
		["a control character in a string", '"\n"'],
		["bytes that are not UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
		["a byte order mark", "\ufeff{}"],
		["two values", "{} {}"],
		["a comma too many", "[1,]"],
		["nothing but white space", " "],
		["an end that is missing", '{"a":'],
		["nesting beyond 10,000", `${"[".repeat(10_001)}${"]".repeat(10_001)}`],
	];
	for (const [what, body] of refused) {
		test(`with ${what} is refused`, () => assert.equal(parsed(json, body), "bad input"));
	}

	test("is null where it is empty", () => assert.equal(parsed(json, ""), "null"));

	test("counts against the limits as far as it is read", () => {
		const limited = (body: string, limits: object, ...path: string[]) =>
			only(
				host
					.request([["content-type", json]])
					.withBody(body)
					.input([["parsed_body", ...path]], { ...defaultLimits, ...limits }),
			);
		const deep = `{"a":${"[".repeat(100)}${"]".repeat(100)},"b":1}`;
		assert.equal(limited(deep, {}), "bad input");
		assert.equal(limited(deep, {}, "b"), '{"b":1}');
		assert.equal(limited("[[[1]]]", { inputDepth: 4 }), "[[[1]]]");
		assert.equal(limited("[[[1]]]", { inputDepth: 3 }), "bad input");
		const wide = JSON.stringify(Object.fromEntries([...Array(20).keys()].map((i) => [`k${i}`, i])));
		assert.equal(limited(wide, { inputKeys: 19 }), "bad input");
		assert.notEqual(limited(wide, { inputKeys: 20 }), "bad input");
		assert.equal(limited(wide, { inputKeys: 19 }, "k7"), '{"k7":7}');
		for (const [number, digits] of [
			["1e99999999", 64],
			["1e20", 20],
			["1e-20", 20],
			["0.000001", 6],
			["123456789012345678901", 20],
			["1e-99999999999999999999", 1024],
		] as const) {
			assert.equal(limited(`[${number}]`, { numberDigits: digits }), "bad input", number);
		}
		for (const [number, digits] of [
			["1e20", 21],
			["1e-20", 21],
			["0.000001", 7],
			["-12345678901234567890", 20],
			["1.5e3", 4],
		] as const) {
			assert.equal(limited(`[${number}]`, { numberDigits: digits }), `[${number}]`);
		}
	});

	test("may take a document beyond inputBytes, but not beyond twice bodyBytes more", () => {
		const body = JSON.stringify("x".repeat(3000));
		const limited = (limits: object) =>
			host
				.request([["content-type", json]])
				.withBody(body)
				.input([["parsed_body"]], { ...defaultLimits, ...limits });
		assert.equal(only(limited({ inputBytes: 1024, bodyBytes: 990 })), "bad input");
		assert.equal(only(limited({ inputBytes: 1024, bodyBytes: 1500 })), body);
	});
});

test("the bytes of a body are text and base64, and absent where there are none", () => {
	const http = ["attributes", "request", "http"];
	const paths = ["body", "rawBody", "size"].map((name) => [...http, name]);
	const of = (bytes: Uint8Array) => JSON.parse(host.request([]).withBody(bytes).input(paths)).attributes.request.http;
	assert.deepEqual(of(new Uint8Array([0x61, 0xff, 0x00, 0x62])), { body: "a\ufffd\0b", rawBody: "Yf8AYg==", size: 4 });
	assert.deepEqual(of(new Uint8Array()), {});
	const unread = host.request([["content-length", "12"]]).input([...paths, ["parsed_body"], ["truncated_body"]]);
	assert.deepEqual(JSON.parse(unread), {
		attributes: { request: { http: { size: 12 } } },
		parsed_body: null,
		truncated_body: false,
	});
});

test("a truncated body is null, and the bytes that came are there", () => {
	const paths = [["parsed_body"], ["truncated_body"], ["attributes", "request", "http", "body"]];
	const document = host
		.request([["content-type", "application/json"]])
		.withBody('{"a":1', "truncated")
		.input(paths);
	const expected = '{"attributes":{"request":{"http":{"body":"{\\"a\\":1"}}},"parsed_body":null,"truncated_body":true}';
	assert.equal(document, expected);
});

const types: readonly (readonly [type: string, body: string, parsed: string])[] = [
	["application/json; charset=utf-8", '{"a":1}', '{"a":1}'],
	["text/plain, application/json", "[1]", "[1]"],
	["Application/JSON", "[1]", "null"],
	["application/vnd.api+json", "[1]", "null"],
	["text/plain", "[1]", "null"],
	["", "[1]", "null"],
	["application/x-www-form-urlencoded; charset=utf-8", "a=1&a=2&b", '{"a":["1","2"],"b":[""]}'],
	["application/x-www-form-urlencoded", "a=%41+b&%C3%A9=%ff", '{"a":["A b"],"é":["\ufffd"]}'],
	["application/x-www-form-urlencoded", "a=1;b=2", "bad input"],
	["application/x-www-form-urlencoded", "a=%zz", "bad input"],
	["application/x-www-form-urlencoded", "", "null"],
	["application/grpc", "\0\0\0\0\0", "null"],
	["multipart/form-data", "--x--", "null"],
];
for (const [type, body, expected] of types) {
	test(`a body ${JSON.stringify(body)} of type ${JSON.stringify(type)} is ${expected}`, () => {
		assert.equal(parsed(type, body), expected);
	});
}

test("a body is read from Envoy once for a document, and given back", () => {
	host.request([["content-type", "application/json"]]).withBody('{"a":1,"b":2}');
	host.reads.length = 0;
	host.input([
		["parsed_body", "a"],
		["attributes", "request", "http", "body"],
	]);
	assert.deepEqual(host.reads, ["pairs", "body"]);
	assert.equal(host.module.outstandingAllocations(), 0);
});

test("bodies need no more memory for 100,000 requests than for 1,000", () => {
	const body = JSON.stringify({ a: [1, 2, { b: "é\n" }], c: "x".repeat(500) });
	host.request([["content-type", "application/json"]]).withBody(body);
	host.plan([["parsed_body"], ["attributes", "request", "http", "body"]]);
	host.setLimits(defaultLimits);
	const times = (count: number) => assert.equal(host.call("inputTimes", count, 1, Buffer.byteLength(body)), 0);
	times(1000);
	const warm = host.module.memoryBytes;
	times(scaled({ quick: 20_000, full: 100_000 }));
	assert.equal(host.module.memoryBytes, warm);
	assert.equal(host.module.outstandingAllocations(), 0);
});
