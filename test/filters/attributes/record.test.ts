import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ReportRequestSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { redactor } from "../../../mixer/report/redaction.ts";
import { scaled } from "../../support/scale.ts";
import { AttributeHost } from "./attribute-host.ts";

let host: AttributeHost;

before(async () => {
	host = await AttributeHost.build();
});

beforeEach(() => {
	host.call("newReport", 4096, 1 << 20);
	for (const name of ["Authorization", "cookie", "x-api-key"]) host.callWith("redactHeader", name);
	for (const name of ["access_token", "API_KEY"]) host.callWith("redactParameter", name);
});

/** Empties the dictionary, so that what was reported before takes none of the room. */
function forgetStrings(): void {
	host.call("dictionaryRewind", 0);
}

/** The record's attributes by name, indexes resolved. */
function report(...names: string[]): Record<string, unknown> {
	const { bytes, full } = host.report(names);
	assert.deepEqual(full, []);
	return read(bytes);
}

function read(bytes: Uint8Array): Record<string, unknown> {
	const { dictionary, records } = fromBinary(ReportRequestSchema, bytes);
	assert.equal(new Set(dictionary).size, dictionary.length, "each string once");
	const text = (index: number) => {
		const held = dictionary[index];
		assert.ok(held !== undefined, `no string ${index}`);
		return held;
	};
	assert.equal(records.length, 1);
	return Object.fromEntries(
		(records[0]?.attributes ?? []).map(({ name, value }) => {
			switch (value.case) {
				case "string":
					return [text(name), text(value.value)];
				case "stringMap":
					return [
						text(name),
						Object.fromEntries(value.value.keys.map((key, i) => [text(key), text(value.value.values[i] ?? -1)])),
					];
				case "stringList":
					return [text(name), value.value.values.map(text)];
				case "stringListMap": {
					const lists = value.value.values.map(({ values }) => values.map(text));
					return [text(name), Object.fromEntries(value.value.keys.map((key, i) => [text(key), lists[i]]))];
				}
				default:
					return [text(name), { [value.case ?? "none"]: value.value }];
			}
		}),
	);
}

test("writes each type as the Mixer reads it", () => {
	host.request(
		[
			[":method", "GET"],
			[":path", "/a/b?x=1"],
			["x-a", "1"],
			["x-a", "2"],
		],
		{
			"source.address": "[2001:db8::1]:1",
			"destination.address": "10.0.0.1:80",
			"source.port": -3,
			"connection.mtls": true,
			"request.time": 1_700_000_000_000_000_001n,
			"request.duration": 12n,
		},
	);
	const headers = { ":method": "GET", ":path": "/a/b?x=1" };
	assert.deepEqual(
		report(
			"request.method",
			"source.ip",
			"destination.ip",
			"source.port",
			"connection.mtls",
			"request.time",
			"response.duration",
			"request.path_segments",
			"request.headers",
			"request.header_values",
			"request.query_params",
		),
		{
			"request.method": "GET",
			"source.ip": { ip: new Uint8Array([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) },
			"destination.ip": { ip: new Uint8Array([10, 0, 0, 1]) },
			"source.port": { int64: -3n },
			"connection.mtls": { bool: true },
			"request.time": { timestampNs: 1_700_000_000_000_000_001n },
			"response.duration": { durationNs: 12n },
			"request.path_segments": ["a", "b"],
			"request.headers": { ...headers, "x-a": "1,2" },
			"request.header_values": { ":method": ["GET"], ":path": ["/a/b?x=1"], "x-a": ["1", "2"] },
			"request.query_params": { x: "1" },
		},
	);
});

test("leaves out what the request has not", () => {
	host.request([[":method", "CONNECT"]]);
	assert.deepEqual(report("request.path", "source.ip", "request.method", "request.query_params"), {
		"request.method": "CONNECT",
	});
});

test("keeps redacted headers out, whatever the case of their names", () => {
	host.request([
		["AUTHORIZATION", "Bearer s3cret"],
		["cookie", "a=s3cret"],
		["cookie", "b=s3cret"],
		["x-api-key", "s3cret"],
		["x-a", "1"],
	]);
	assert.deepEqual(report("request.headers", "request.header_values"), {
		"request.headers": { authorization: "[redacted]", cookie: "[redacted]", "x-a": "1", "x-api-key": "[redacted]" },
		"request.header_values": {
			authorization: ["[redacted]"],
			cookie: ["[redacted]", "[redacted]"],
			"x-a": ["1"],
			"x-api-key": ["[redacted]"],
		},
	});
});

test("keeps redacted headers out of the attributes made of one header", () => {
	for (const name of ["user-agent", "referer", ":authority", "traceparent", "x-request-id"])
		host.callWith("redactHeader", name);
	const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	host.request([
		["user-agent", "s3cret"],
		["referer", "s3cret"],
		[":authority", "s3cret"],
		["traceparent", traceparent],
		["x-request-id", "s3cret"],
	]);
	const names = [
		"request.useragent",
		"request.referer",
		"request.host",
		"trace.id",
		"trace.parent_span_id",
		"request.id",
	];
	assert.deepEqual(report(...names), Object.fromEntries(names.map((name) => [name, "[redacted]"])));
});

const urls: readonly (readonly [url: string, shown: string])[] = [
	["/a?access_token=s3cret", "/a?access_token=[redacted]"],
	["/a?x=1&ACCESS_TOKEN=s3cret&api_key=s3cret&y", "/a?x=1&ACCESS_TOKEN=[redacted]&api_key=[redacted]&y"],
	["/a?access%5Ftoken=s3cret", "/a?access%5Ftoken=[redacted]"],
	["/a?x=1;access_token=s3cret", "/a?x=1;access_token=[redacted]"],
	["/a?x?access_token=s3cret", "/a?x?access_token=[redacted]"],
	["/a#access_token=s3cret", "/a#access_token=[redacted]"],
	["/a?access_token=s3=cr=et&b", "/a?access_token=[redacted]&b"],
	["/a?access_token=", "/a?access_token=[redacted]"],
	["/a?access_token", "/a?access_token"],
	["/access_token=1?&&", "/access_token=1?&&"],
	["/a?my_access_token=1", "/a?my_access_token=1"],
];

for (const [url, shown] of urls) {
	test(`shows ${url} as ${shown}`, () => {
		host.request([
			[":path", url],
			["referer", `https://x${url}`],
			["x-original-url", url],
		]);
		const query = shown.includes("?") ? shown.slice(shown.indexOf("?") + 1) : "";
		const held = report("request.path", "request.query", "request.referer", "request.headers", "request.header_values");
		assert.deepEqual(held, {
			"request.path": shown,
			"request.query": query,
			"request.referer": `https://x${shown}`,
			"request.headers": { ":path": shown, referer: `https://x${shown}`, "x-original-url": shown },
			"request.header_values": { ":path": [shown], referer: [`https://x${shown}`], "x-original-url": [shown] },
		});
	});
}

test("keeps redacted query parameters out of the parsed query", () => {
	host.request([[":path", "/?access%5Ftoken=s3cret&x=1"]]);
	assert.deepEqual(report("request.query_params"), { "request.query_params": { access_token: "[redacted]", x: "1" } });
});

test("puts nothing of a secret into any attribute, wherever it stands among others", () => {
	const parameter = fc.constantFrom("access_token", "API_KEY", "access%5ftoken", "%61pi_key");
	const noise = fc.array(fc.constantFrom("a=1", "b", "=", "%ff=é", "access_token", "?", "#"), { maxLength: 5 });
	const separator = fc.constantFrom("&", ";");
	fc.assert(
		fc.property(noise, parameter, noise, separator, (before, name, after, separator) => {
			forgetStrings();
			const path = `/a?${[...before, `${name}=s3cret`, ...after].join(separator)}`;
			host.request([
				[":path", path],
				["referer", path],
				["Cookie", "s3cret"],
				["authorization", "s3cret"],
				["x-url", path],
			]);
			const held = report(
				"request.path",
				"request.query",
				"request.referer",
				"request.headers",
				"request.header_values",
			);
			assert.ok(!JSON.stringify(held).includes("s3cret"), path);
		}),
		{ numRuns: scaled({ quick: 500, full: 20_000 }) },
	);
});

test("keeps out of a URL just what the Mixer does", () => {
	const redact = redactor({ headers: [], queryParameters: ["access_token", "API_KEY"] });
	const part = fc.constantFrom(
		"?",
		"#",
		"&",
		";",
		"=",
		"+",
		"%",
		"access_token",
		"access%5Ftoken",
		"Api_key",
		"a",
		"é",
	);
	fc.assert(
		fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
			const url = parts.join("");
			forgetStrings();
			host.request([["x-url", url]]);
			const headers = new Map([["x-url", url]]);
			assert.deepEqual(
				report("request.headers")["request.headers"],
				Object.fromEntries(redact({ "request.headers": headers })["request.headers"] ?? []),
			);
		}),
		{ numRuns: scaled({ quick: 2000, full: 50_000 }) },
	);
});

test("puts only valid UTF-8 into the dictionary, and each string once", () => {
	host.request([
		["x-a", new Uint8Array([0xff])],
		["x-b", "\ufffd"],
		["x-c", new Uint8Array([0xff, 0xfe])],
	]);
	assert.deepEqual(report("request.headers"), {
		"request.headers": { "x-a": "\ufffd", "x-b": "\ufffd", "x-c": "\ufffd\ufffd" },
	});
	assert.equal(host.call("dictionaryCount"), 5 + 1);
});

test("says which attributes found no room, and leaves the record whole", () => {
	host.call("newReport", 4, 100);
	host.request([
		[":method", "GET"],
		["x-request-id", "1"],
		["user-agent", "agent"],
	]);
	const few = host.report(["request.method", "request.id", "request.useragent", "request.headers"]);
	assert.deepEqual(few.full, ["request.useragent", "request.headers"]);
	assert.deepEqual(read(few.bytes), { "request.method": "GET", "request.id": "1" });
	host.call("newReport", 100, 40);
	const short = host.report(["request.headers", "request.method", "request.header_values"]);
	assert.deepEqual(short.full, ["request.headers", "request.header_values"]);
	assert.deepEqual(read(short.bytes), { "request.method": "GET" });
});

test("finds strings again after a rewind, and none of those taken back", () => {
	const strings = [...Array(500).keys()].map((i) => `string ${i}`);
	const indexes = strings.map((text) => host.callWith("dictionaryIndex", text));
	assert.deepEqual(indexes, [...Array(500).keys()]);
	host.call("dictionaryRewind", 200);
	assert.equal(host.callWith("dictionaryIndex", "string 300"), 200);
	assert.equal(host.callWith("dictionaryIndex", "string 199"), 199);
	assert.equal(host.callWith("dictionaryIndex", ""), 201);
	assert.equal(host.callWith("dictionaryIndex", ""), 201);
});

test("needs no more memory for 100,000 records than for 1,000", () => {
	host.request([
		[":path", "/?access_token=x&y=1"],
		["X-A", "1"],
		["x-a", "2"],
		["x-b", new Uint8Array([0xff])],
	]);
	const headers = 9;
	assert.deepEqual(Object.keys(report("request.headers")), ["request.headers"]);
	host.call("recordTimes", headers, 1000);
	const warm = host.module.memoryBytes;
	host.call("recordTimes", headers, 100_000);
	assert.equal(host.module.memoryBytes, warm);
});
