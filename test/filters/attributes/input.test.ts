import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { inputLeaves } from "../../../mixer/api/generated/vocabulary.ts";
import { metadataBytes } from "../../support/metadata.ts";
import { scaled } from "../../support/scale.ts";
import { AttributeHost, defaultLimits } from "./attribute-host.ts";
import { canonical, modelInput } from "./input-model.ts";

let host: AttributeHost;

before(async () => {
	host = await AttributeHost.build();
});

const numRuns = scaled({ quick: 1000, full: 50_000 });

const pieces = [
	"/",
	"/",
	".",
	"..",
	";",
	";x=1",
	"?",
	"&",
	"=",
	"+",
	"%2F",
	"%2f",
	"%2e",
	"%25",
	"%",
	"%zz",
	"%C3%A9",
	"%ff",
	"a",
	"admin",
	"é",
	"#",
	"%00",
	"a=1",
	"b=2",
];
/** Without what makes the path or the query unreadable to some. */
const cleanPieces = pieces.filter((piece) => !/;|%$|%zz/.test(piece));
const path = fc
	.oneof(...[pieces, cleanPieces].map((from) => fc.array(fc.constantFrom(...from), { maxLength: 14 })))
	.map((parts) => `/${parts.join("")}`);
const value = fc.oneof(
	fc.string(),
	fc.uint8Array({ maxLength: 12 }),
	fc.constantFrom("", "user, admin", "\ud800", "\ufeffx"),
);
const name = fc.constantFrom(
	"x-role",
	"X-Role",
	"accept",
	"content-length",
	"x",
	"x-request-id",
	"referer",
	"content-type",
	"__proto__",
);
const special = fc.constantFrom(
	["content-type", "application/grpc+proto"] as const,
	["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"] as const,
	["traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"] as const,
	[":authority", "Shop.Example.:8443"] as const,
	[":authority", "[::1]:80"] as const,
	[":method", "GET"] as const,
);
const headers = fc
	.tuple(fc.option(path), fc.array(fc.oneof(fc.tuple(name, value), special), { maxLength: 12 }))
	.map(([target, rest]) => [...(target === null ? [] : [[":path", target] as const]), ...rest])
	// Envoy never has two of these.
	.map((pairs) =>
		pairs.filter(([name], i) => !name.startsWith(":") || i === pairs.findIndex((pair) => pair[0] === name)),
	);
/** JSON whose numbers are within the limits. */
const { json } = fc.letrec((tie) => ({
	json: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom(null, true, false, 0, 1.5, -0.25, 1e21, 1e-7, 1_700_000_000),
		fc.string({ unit: "binary" }),
		fc.array(tie("json"), { maxLength: 3 }),
		fc.dictionary(fc.string({ maxLength: 2 }), tie("json"), { maxKeys: 4 }),
	),
}));
const namespace = fc.constantFrom("a", "x-role", "sluice.context_extensions", "__proto__", "\n");
const metadata = fc
	.array(fc.tuple(namespace, fc.dictionary(fc.constantFrom("a", "x-role", "é", "b"), json)))
	.map((entries) => metadataBytes({ filter: Object.fromEntries(entries) }));
const properties = fc.record(
	{
		"source.address": fc.tuple(fc.ipV4(), fc.nat(65535)).map(([ip, port]) => `${ip}:${port}`),
		"source.port": fc.nat(65535),
		"request.time": fc.bigInt(0n, 4_102_444_800_000_000_000n),
		"connection.mtls": fc.boolean(),
		"connection.id": fc.bigInt(0n, (1n << 62n) - 1n),
		"xds.node.id": fc.constant("envoy-1"),
		"request.protocol": fc.constantFrom("HTTP/1.1", "HTTP/2"),
		"xds.route_name": fc.constantFrom("", "books"),
		metadata: metadata,
		"xds.route_metadata": metadata,
		"connection.uri_san_peer_certificate": fc.constantFrom("", "spiffe://a/b"),
		"connection.dns_san_peer_certificate": fc.constantFrom("", "a.example"),
		"connection.subject_peer_certificate": fc.constantFrom("", "CN=a"),
		"connection.subject_local_certificate": fc.constantFrom("", "CN=b"),
	},
	{ requiredKeys: [] },
);
const wanted = fc.array(
	fc
		.tuple(fc.constantFrom(...inputLeaves), fc.nat(6), fc.constantFrom("x-role", "a", "", "__proto__"))
		.map(([leaf, length, key]) => {
			const isMap = leaf.type === "string_map" || leaf.type === "string_list_map";
			const below = leaf.type === "json" ? [key, "a", "b"] : isMap ? [key] : [];
			return [...leaf.path, ...below].slice(0, length);
		}),
	{ maxLength: 6 },
);

test("writes what an independent model of the whole document writes", () => {
	fc.assert(
		fc.property(headers, properties, (headers, properties) => {
			assert.equal(host.request(headers, properties).input([[]]), modelInput(headers, properties, [[]]));
		}),
		{ numRuns },
	);
});

test("writes exactly the paths that are wanted, in canonical form", () => {
	fc.assert(
		fc.property(headers, properties, wanted, (headers, properties, paths) => {
			const text = host.request(headers, properties).input(paths);
			assert.equal(text, modelInput(headers, properties, paths));
			if (text !== "bad input") assert.equal(canonical(JSON.parse(text)), text);
			assert.equal(host.plannedInput(), text);
		}),
		{ numRuns },
	);
});

test("gives the same document whether paths are added or plans merged, in any order", () => {
	fc.assert(
		fc.property(headers, wanted, (headers, paths) => {
			const added = host.request(headers).input(paths);
			host.plan([...paths].reverse(), "mergePath");
			assert.equal(host.plannedInput(), added);
		}),
		{ numRuns: numRuns / 10 },
	);
});

const shown = [
	[":method", "GET"],
	[":path", "/a?b=1"],
	["x-role", "user"],
	["x-role", "admin"],
] as const;

const documents: readonly (readonly [string, readonly (readonly string[])[], string])[] = [
	["nothing wanted", [], "{}"],
	["one value", [["request", "method"]], '{"request":{"method":"GET"}}'],
	["one key of a map", [["request", "headers", "x-role"]], '{"request":{"headers":{"x-role":"user,admin"}}}'],
	["an absent key", [["request", "headers", "nope"]], '{"request":{"headers":{}}}'],
	[
		"one key of a map of lists",
		[["request", "header_values", "x-role"]],
		'{"request":{"header_values":{"x-role":["user","admin"]}}}',
	],
	["an element of a list", [["request", "path_segments", "0"]], '{"request":{"path_segments":["a"]}}'],
	[
		"an element of a list in a map",
		[["request", "header_values", "x-role", "1"]],
		'{"request":{"header_values":{"x-role":["user","admin"]}}}',
	],
	["an absent attribute", [["trace", "id"]], '{"trace":{}}'],
	[
		"an absent attribute deep down",
		[["attributes", "source", "address", "socketAddress", "address"]],
		'{"attributes":{"source":{"address":{"socketAddress":{}}}}}',
	],
	["a key and the whole map", [["parsed_query", "b"], ["parsed_query"]], '{"parsed_query":{"b":["1"]}}'],
];

for (const [what, paths, document] of documents) {
	test(`writes ${what}`, () => {
		assert.equal(host.request(shown).input(paths), document);
	});
}

test("merges the keys that several plans want of one map, each once", () => {
	const keys = ["x-role", ":path", "x-role", ":method"].map((key) => ["request", "headers", key]);
	host.request(shown).plan(keys, "mergePath");
	const document = '{"request":{"headers":{":method":"GET",":path":"/a?b=1","x-role":"user,admin"}}}';
	assert.equal(host.plannedInput(), document);
	assert.equal(host.input(keys), document);
});

test("refuses paths that the document cannot have", () => {
	host.plan([]);
	for (const path of [
		["requets"],
		["request", "method", "x"],
		["request", "headers", "a", "b"],
		["request", "header_values", "a", "0", "b"],
		["request", "path_segments", "0", "x"],
		["response", "code"],
	]) {
		assert.equal(host.addPath(path), false, path.join("."));
	}
	assert.equal(host.request(shown).plannedInput(), "{}");
});

test("reads the pairs once and only the properties that are wanted", () => {
	host.request(shown, { "source.port": 80 });
	host.reads.length = 0;
	host.input([["request"], ["source", "port"], ["attributes", "request", "http", "headers"]]);
	assert.deepEqual(host.reads, ["pairs", "request.time", "source.port"]);
});

test("keeps documents within each limit, and no more than that", () => {
	const headers = [...Array(9).keys()].map((i) => [`h${i}`, "x"] as const);
	const size = host.request(headers).input([["request", "headers"]]).length;
	assert.equal(size, '{"request":{"headers":{}}}'.length + 9 * '"h0":"x",'.length - 1);
	const limited = (limits: object) => host.input([["request", "headers"]], { ...defaultLimits, ...limits });
	for (const [limit, least] of [
		["inputBytes", size],
		["inputKeys", 9],
		["inputDepth", 3],
	] as const) {
		assert.notEqual(limited({ [limit]: least }), "bad input", `${limit} ${least}`);
		assert.equal(limited({ [limit]: least - 1 }), "bad input", `${limit} ${least - 1}`);
	}
	host.request([], { "source.port": 65535 });
	assert.equal(host.input([["source", "port"]], { ...defaultLimits, numberDigits: 5 }), '{"source":{"port":65535}}');
	assert.equal(host.input([["source", "port"]], { ...defaultLimits, numberDigits: 4 }), "bad input");
});

test("refuses a query of more parameters than it counts, and takes the next request", () => {
	host.request([[":path", `/?${"a&".repeat(70_000)}`]]);
	assert.equal(host.input([["parsed_query", "b"]]), "bad input");
	assert.equal(host.request([[":path", "/?b"]]).plannedInput(), '{"parsed_query":{"b":[""]}}');
});

test("needs no more memory for 100,000 requests than for 1,000, and gives all of the host's back", () => {
	const headers = [...Array(20).keys()].map((i) => [`X-Header-${19 - i}`, "value"] as const);
	host.request([[":path", "/a/b;c/%41?x=1&y=%41&x=2"], [":authority", "Shop:80"], ...headers, ...headers], {
		"source.address": "10.1.2.3:4",
		"request.time": 1n,
		"connection.requested_server_name": "shop.example",
	});
	host.plan([
		["request"],
		["parsed_path"],
		["parsed_query"],
		["source", "ip"],
		["connection", "requested_server_name"],
	]);
	host.setLimits(defaultLimits);
	assert.equal(host.call("inputTimes", 1000), 0);
	const warm = host.module.memoryBytes;
	const left = host.module.outstandingAllocations();
	assert.ok(left < 20, `${left} of 1,000 requests' blocks are left`);
	assert.equal(host.call("inputTimes", 100_000), 0);
	assert.equal(host.module.memoryBytes, warm);
	assert.equal(host.module.outstandingAllocations(), left);
});
