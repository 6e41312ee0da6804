import assert from "node:assert/strict";
import { before, test } from "node:test";
import { AttributeHost } from "./attribute-host.ts";

let host: AttributeHost;

before(async () => {
	host = await AttributeHost.build();
});

const paths: readonly (readonly [path: string, segments: readonly string[], parsed: readonly string[] | undefined])[] =
	[
		["/", [], [""]],
		["*", ["*"], ["*"]],
		["/a/b/", ["a", "b"], ["a", "b", ""]],
		["/a/../admin", ["admin"], ["a", "..", "admin"]],
		["/a/%2e%2e/admin", ["admin"], ["a", "..", "admin"]],
		["//admin", ["admin"], ["admin"]],
		["/a%2Fb", ["a/b"], ["a", "b"]],
		["/a%252Fb", ["a%2Fb"], ["a%2Fb"]],
		["/a/..;/admin", ["admin"], ["a", "..;", "admin"]],
		["/x/;a/..;/admin", ["admin"], ["x", ";a", "..;", "admin"]],
		["/a;x=1/b;y", ["a", "b"], ["a;x=1", "b;y"]],
		["/a%3Bx/b", ["a;x", "b"], ["a;x", "b"]],
		["/../../a/./b", ["a", "b"], ["..", "..", "a", ".", "b"]],
		["/a%2f../b", ["a/..", "b"], ["a", "..", "b"]],
		["/a%zz/%4", ["a%zz", "%4"], undefined],
		["/%C3%A9/é", ["é", "é"], ["é", "é"]],
		["/a%00b", ["a\0b"], ["a\0b"]],
		["/a+b", ["a+b"], ["a+b"]],
	];

for (const [path, segments, parsed] of paths) {
	test(`reads the path ${path}, with and without a query`, () => {
		for (const query of ["", "?/x/../admin"]) {
			host.request([[":path", path + query]]);
			assert.deepEqual(host.attribute("request.path_segments"), segments);
			const document = parsed === undefined ? "bad input" : JSON.stringify({ parsed_path: parsed });
			assert.equal(host.input([["parsed_path"]]), document);
			assert.equal(host.attribute("request.url_path"), path);
			assert.equal(host.attribute("request.query"), query.slice(1));
			assert.equal(host.attribute("request.path"), path + query);
		}
	});
}

const queries: readonly (readonly [query: string, form: object, go: object | undefined])[] = [
	["", {}, {}],
	["a=1&a=2&b", { a: "1", b: "" }, { a: ["1", "2"], b: [""] }],
	["x+y=1%2B2&&=e", { "": "e", "x y": "1+2" }, { "": ["e"], "x y": ["1+2"] }],
	["a=1;b=2&d=1", { a: "1;b=2", d: "1" }, undefined],
	["c=%zz&d=1", { c: "%zz", d: "1" }, undefined],
	["%4=1", { "%4": "1" }, undefined],
	["%61=1&a=2", { a: "1" }, { a: ["1", "2"] }],
	["a?b=c=d", { "a?b": "c=d" }, { "a?b": ["c=d"] }],
	["%ff=1&%fe=2", { "\ufffd": "1" }, { "\ufffd": ["1", "2"] }],
];

for (const [query, form, go] of queries) {
	test(`reads the query ${query}`, () => {
		host.request([[":path", `/?${query}`]]);
		assert.deepEqual(host.attribute("request.query_params"), form);
		const document = go === undefined ? "bad input" : JSON.stringify({ parsed_query: go });
		assert.equal(host.input([["parsed_query"]]), document);
	});
}

test("has no path attributes for CONNECT", () => {
	host.request([
		[":method", "CONNECT"],
		[":authority", "db.example:5432"],
	]);
	for (const name of ["path", "url_path", "path_segments", "query", "query_params"]) {
		assert.equal(host.attribute(`request.${name}`), undefined, name);
	}
	assert.equal(
		host.input([["parsed_path"], ["parsed_query", "a"], ["request", "path"]]),
		'{"parsed_query":{},"request":{}}',
	);
	assert.equal(host.attribute("request.host"), "db.example");
});

const hosts: readonly (readonly [authority: string, host: string])[] = [
	["ADMIN.Example.:8443", "admin.example"],
	["admin.example", "admin.example"],
	["admin.example:", "admin.example"],
	["[2001:DB8::1]:443", "[2001:db8::1]"],
	["[::1]", "[::1]"],
	["10.0.0.1:80", "10.0.0.1"],
];

for (const [authority, name] of hosts) {
	test(`reads the host of ${authority}`, () => {
		host.request([[":authority", authority]]);
		assert.equal(host.attribute("request.host"), name);
		const document = '{"attributes":{"request":{"http":{"host":';
		assert.equal(
			host.input([["attributes", "request", "http", "host"]]),
			`${document}${JSON.stringify(authority)}}}}}`,
		);
	});
}

test("shows every value of a repeated header, empty ones and all cases of the name", () => {
	host.request([
		["X-Role", ""],
		["x-ROLE", "admin"],
		["x-role", "user, admin"],
		["x-a", "1"],
	]);
	assert.deepEqual(host.attribute("request.headers"), { "x-a": "1", "x-role": ",admin,user, admin" });
	assert.deepEqual(host.attribute("request.header_values"), { "x-a": ["1"], "x-role": ["", "admin", "user, admin"] });
});

test("keeps names and values apart that read the same when joined", () => {
	const first = host.request([["a_b", "c"]]).input([["request", "headers"]]);
	const second = host.request([["a", "b_c"]]).input([["request", "headers"]]);
	assert.notEqual(first, second);
});

test("makes what is not UTF-8 a replacement character", () => {
	host.request([
		["x-bin", new Uint8Array([0x61, 0xff, 0xe2, 0x82, 0x62])],
		["user-agent", new Uint8Array([0xc0, 0x80])],
	]);
	assert.deepEqual(host.attribute("request.headers"), { "user-agent": "\ufffd\ufffd", "x-bin": "a\ufffd\ufffdb" });
	assert.equal(host.attribute("request.useragent"), "\ufffd\ufffd");
});

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparents: readonly (readonly [valid: boolean, header: string])[] = [
	[true, `00-${traceId}-${spanId}-01`],
	[true, `01-${traceId}-${spanId}-01`],
	[true, `cc-${traceId}-${spanId}-01-what-is-to-come`],
	[false, `00-${traceId}-${spanId}-01-x`],
	[false, `cc-${traceId}-${spanId}-01x`],
	[false, `ff-${traceId}-${spanId}-01`],
	[false, `00-${traceId.toUpperCase()}-${spanId}-01`],
	[false, `00-${"0".repeat(32)}-${spanId}-01`],
	[false, `00-${traceId}-${"0".repeat(16)}-01`],
	[false, `00-${traceId}-${spanId}-0g`],
	[false, `00-${traceId}-${spanId}-0`],
	[false, `00_${traceId}-${spanId}-01`],
	[false, ""],
];

for (const [valid, header] of traceparents) {
	test(`${valid ? "takes" : "leaves"} the trace id of ${header || "an empty traceparent"}`, () => {
		host.request([["traceparent", header]]);
		assert.equal(host.attribute("trace.id"), valid ? traceId : undefined);
		assert.equal(host.attribute("trace.parent_span_id"), valid ? spanId : undefined);
	});
}

test("leaves two traceparents alone", () => {
	const header = `00-${traceId}-${spanId}-01`;
	host.request([
		["traceparent", header],
		["traceparent", header],
	]);
	assert.equal(host.attribute("trace.id"), undefined);
});

const addresses: readonly (readonly [address: string, ip: string | undefined])[] = [
	["127.0.0.1:80", "127.0.0.1"],
	["255.100.10.0:1", "255.100.10.0"],
	["[::1]:80", "::1"],
	["[::]:80", "::"],
	["[2001:DB8:0:0:1:0:0:1]:1", "2001:db8::1:0:0:1"],
	["[2001:0db8:0000:0001:0001:0001:0001:0001]:1", "2001:db8:0:1:1:1:1:1"],
	["[1:0:0:2:0:0:0:3]:1", "1:0:0:2::3"],
	["[1:2:3:4:5:6:7::]:1", "1:2:3:4:5:6:7:0"],
	["[fe80::1%eth0]:1", "fe80::1"],
	["[::ffff:10.1.2.3]:1", "::ffff:10.1.2.3"],
	["[1:2:3:4:5:6:7:8:9]:1", undefined],
	["[1::2::3]:1", undefined],
	["[12345::]:1", undefined],
	["[1:]:1", undefined],
	["256.0.0.1:1", undefined],
	["1.2.3:1", undefined],
	["1.2.3.4.5:1", undefined],
	["/run/envoy.sock", undefined],
	["envoy://internal", undefined],
	["", undefined],
];

for (const [address, ip] of addresses) {
	test(`reads the ip of ${address || "an empty address"}`, () => {
		host.request([["x-forwarded-for", "6.6.6.6"]], { "source.address": address, "destination.address": address });
		assert.equal(host.attribute("source.ip"), ip);
		assert.equal(host.attribute("destination.ip"), ip);
	});
}

const times: readonly (readonly [ns: bigint, text: string])[] = [
	[0n, "1970-01-01T00:00:00Z"],
	[1n, "1970-01-01T00:00:00.000000001Z"],
	[1_709_209_845_120_000_000n, "2024-02-29T12:30:45.12Z"],
	[4_107_542_399_999_999_999n, "2100-02-28T23:59:59.999999999Z"],
	[-1n, "1969-12-31T23:59:59.999999999Z"],
];

for (const [ns, text] of times) {
	test(`writes ${ns} ns as ${text}`, () => {
		host.request([], { "request.time": ns });
		assert.equal(host.attribute("request.time"), text);
		host.clockNs = BigInt.asUintN(64, ns);
		assert.equal(host.attribute("context.time"), text);
	});
}

const protocols: readonly (readonly [type: string, protocol: string])[] = [
	["application/grpc", "grpc"],
	["Application/gRPC+proto", "grpc"],
	["application/grpc;x=1", "grpc"],
	["application/grpc-web", "http"],
	["text/html", "http"],
];

for (const [type, protocol] of protocols) {
	test(`calls ${type} ${protocol}`, () => {
		assert.equal(host.request([["content-type", type]]).attribute("context.protocol"), protocol);
	});
}

test("leaves a property alone that is of another type than the vocabulary says", () => {
	host.request([], { "source.port": "443", "connection.mtls": "yes", "request.time": "now", "connection.id": "x" });
	for (const name of ["source.port", "connection.mtls", "request.time", "connection.id"]) {
		assert.equal(host.attribute(name), undefined, name);
	}
	host.request([], { "source.port": 443, "connection.mtls": true, "connection.id": 1n << 62n });
	assert.equal(host.attribute("source.port"), 443);
	assert.equal(host.attribute("connection.mtls"), true);
	assert.equal(host.attribute("connection.id"), String(1n << 62n));
});

test("takes an empty text of Envoy for none", () => {
	host.request([], { "xds.route_name": "", "connection.requested_server_name": "", "xds.node.id": "envoy-1" });
	for (const name of ["route.name", "connection.requested_server_name"]) assert.equal(host.attribute(name), undefined);
	assert.equal(host.attribute("context.reporter.uid"), "envoy-1");
});

test("has a gRPC status for gRPC requests only", () => {
	const properties = { "response.grpc_status": 5 };
	assert.equal(host.request([["content-type", "application/grpc"]], properties).attribute("response.grpc_status"), 5);
	assert.equal(host.request([["content-type", "text/html"]], properties).attribute("response.grpc_status"), undefined);
	assert.equal(host.request([["content-type", "application/grpc"]]).attribute("response.grpc_status"), undefined);
});

test("reads the decision", () => {
	host.request([]);
	host.callWith("argumentAt", "");
	const decision = (kind: number, allowed: number, placement: number, durationNs: number) => {
		host.module.write(host.call("argumentAt", 1), new Uint8Array([0x78]));
		host.call("setOutcome", kind, allowed, placement, durationNs);
		const names = [
			"id",
			"decision",
			"outcome",
			"policy",
			"rule",
			"reason",
			"revision",
			"placement",
			"cached",
			"duration",
			"shadow",
		];
		return names.map((name) => host.attribute(`check.${name}`));
	};
	const rest = [{ a: "allow", b: "deny" }];
	assert.deepEqual(decision(1, 1, 2, 410), [
		"x",
		"allow",
		"allowed",
		"x",
		"x",
		"x",
		"3f9a1c",
		"mixer",
		true,
		410,
		...rest,
	]);
	assert.deepEqual(decision(5, 0, 0, 0), [
		"x",
		"deny",
		"unavailable",
		"x",
		"x",
		"x",
		"3f9a1c",
		"none",
		true,
		undefined,
		...rest,
	]);
	const undecided = ["x", undefined, "none", "x", "x", "x", "3f9a1c", undefined, undefined, undefined, ...rest];
	assert.deepEqual(decision(0, 0, 0, 0), undecided);
});

const requests: readonly (readonly [valid: boolean, what: string, headers: readonly (readonly [string, string])[]])[] =
	[
		[
			true,
			"a plain request",
			[
				[":method", "GET"],
				[":path", "/a?b"],
				[":authority", "Shop.example:80"],
			],
		],
		[true, "no authority at all", [[":path", "/"]]],
		[
			true,
			"CONNECT",
			[
				[":method", "CONNECT"],
				[":authority", "db.example:5432"],
			],
		],
		[true, "an IPv6 authority", [[":authority", "[2001:db8::1]:443"]]],
		[
			true,
			"the same host twice",
			[
				[":authority", "a.example"],
				["host", "a.example"],
			],
		],
		[true, "bytes above ASCII in the path", [[":path", "/é"]]],
		[false, "two Host headers joined", [[":authority", "a.example,b.example"]]],
		[
			false,
			"an authority and another host",
			[
				[":authority", "a.example"],
				["host", "b.example"],
			],
		],
		[false, "a user", [[":authority", "a@b"]]],
		[false, "a space", [[":authority", "a b"]]],
		[false, "a control byte", [[":authority", "a\x01"]]],
		[false, "an empty authority", [[":authority", ""]]],
		[false, "a port alone", [[":authority", ":80"]]],
		[false, "a port that is no number", [[":authority", "a.example:8o"]]],
		[false, "an IPv6 address without brackets", [[":authority", "::1"]]],
		[false, "an open bracket", [[":authority", "[::1"]]],
		[false, "something after the bracket", [[":authority", "[::1]x"]]],
		[false, "an escape in the authority", [[":authority", "ex%61mple"]]],
		[false, "a slash in the authority", [[":authority", "a/b"]]],
		[false, "a byte above ASCII in the authority", [[":authority", "é.example"]]],
		[
			false,
			"two paths",
			[
				[":path", "/a"],
				[":path", "/b"],
			],
		],
		[
			false,
			"two methods",
			[
				[":method", "GET"],
				[":method", "POST"],
			],
		],
		[false, "a space in the path", [[":path", "/a b"]]],
		[false, "a control byte in the path", [[":path", "/a\x00"]]],
	];

for (const [valid, what, headers] of requests) {
	test(`${valid ? "takes" : "refuses"} ${what}`, () => {
		assert.equal(host.request(headers).isValid(), valid);
	});
}
