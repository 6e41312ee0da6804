import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const numRuns = scaled({ quick: 1000, full: 30_000 });

const calls = {
	valid: "net.cidr_is_valid(input.a)",
	expand: "net.cidr_expand(input.a)",
	merge: "net.cidr_merge(input.list)",
	merge_set: "net.cidr_merge({x | some x in input.list})",
	matches: "net.cidr_contains_matches(input.list, input.others)",
	uri: "[uri.is_valid(input.text), uri.parse(input.text)]",
	uri_valid: "uri.is_valid(input.text)",
	encode: "[urlquery.encode(input.text), urlquery.decode(urlquery.encode(input.text))]",
	decode: "urlquery.decode(input.text)",
	decode_object: "urlquery.decode_object(input.text)",
	encode_object: "urlquery.encode_object(input.object)",
};

const byte = fc.constantFrom("0", "1", "10", "127", "128", "255", "256", "01");
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));
const ipv6 = fc.constantFrom(
	"::",
	"::1",
	"2001:db8::",
	"2001:db8::ff00:42:8329",
	"::ffff:10.0.0.1",
	"fe80::1%eth0",
	"1:2:3:4:5:6:7:8",
	"1::2::3",
	"ff02::fb",
	"::ffff:0:0",
);
const cidr = fc.oneof(
	fc.tuple(ipv4, fc.integer({ min: 24, max: 33 })).map(([address, size]) => `${address}/${size}`),
	fc
		.tuple(
			fc.constantFrom("10.0.0.0", "10.0.0.128", "10.0.1.0", "192.168.0.0", "255.255.255.0"),
			fc.integer({ min: 22, max: 32 }),
		)
		.map(([address, size]) => `${address}/${size}`),
	fc.tuple(ipv6, fc.integer({ min: 112, max: 129 })).map(([address, size]) => `${address}/${size}`),
);
const address = fc.oneof(cidr, ipv4, ipv6);
const good = fc.oneof(
	fc
		.tuple(
			fc.constantFrom("10.0.0.0", "10.0.0.64", "10.0.0.128", "10.0.1.0", "2001:db8::", "2001:db8::8000"),
			fc.integer({ min: 22, max: 32 }),
		)
		.map(([start, size]) => `${start}/${start.includes(":") ? size + 90 : size}`),
	fc.constantFrom("10.0.0.7", "192.168.1.1", "172.16.0.1"),
);

const urlPart = fc.constantFrom(
	...[
		"http",
		"https",
		"HTTP",
		"mailto",
		"1x",
		"",
		":",
		"://",
		"//",
		"/",
		"a",
		"b.example.com",
		"user",
		":pw",
		"@",
		"[::1]",
		"[fe80::1%25en0]",
	],
	...[
		":80",
		":8o",
		":",
		"?",
		"#",
		"a=b",
		"&",
		"%41",
		"%2F",
		"%zz",
		"%",
		" ",
		"é",
		"\u0001",
		";",
		"*",
		"|",
		'"',
		"<",
		"..",
		"!",
		"'",
		"(",
		"[",
	],
);
const url = fc.oneof(
	fc.array(urlPart, { maxLength: 8 }).map((parts) => parts.join("")),
	fc.webUrl({ withQueryParameters: true, withFragments: true }),
);
const query = fc
	.array(fc.constantFrom("a", "b", "=", "&", ";", "+", "%20", "%zz", "é", "=1", "a=2"), { maxLength: 7 })
	.map((parts) => parts.join(""));
const value = fc.oneof(
	fc.string({ unit: "grapheme", maxLength: 6 }),
	fc.array(fc.constantFrom("x", "y z", "&"), { maxLength: 3 }),
	fc.integer(),
);

const question = fc.oneof(
	fc.record({ call: fc.constant("valid"), a: address }),
	fc.record({ call: fc.constant("expand"), a: cidr }),
	fc.record({
		call: fc.constantFrom("merge", "merge_set"),
		list: fc.oneof(fc.array(good, { maxLength: 5 }), fc.array(address, { maxLength: 3 })),
	}),
	fc.record({
		call: fc.constant("matches"),
		list: fc.array(good, { maxLength: 3 }),
		others: fc.oneof(fc.array(good, { maxLength: 3 }), fc.dictionary(fc.constantFrom("p", "q"), good), good),
	}),
	{ weight: 4, arbitrary: fc.record({ call: fc.constantFrom("uri", "uri_valid"), text: url }) },
	fc.record({
		call: fc.constantFrom("encode", "decode"),
		text: fc.oneof(query, fc.string({ unit: "grapheme", maxLength: 8 })),
	}),
	fc.record({ call: fc.constant("decode_object"), text: query }),
	fc.record({ call: fc.constant("encode_object"), object: fc.dictionary(fc.constantFrom("a", "b c", "é"), value) }),
);

test("networks, URLs and queries answer as opa's own", async (context) => {
	const unsupported = await sameAsOpa(context, { calls, inputs: fc.sample(question, { numRuns, seed: 9 }) });
	assert.equal(unsupported, 0);
});
