import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { ExampleRequest } from "./example-outcome.ts";
import { grpcFrame, messageOf, type TestDescriptors } from "./grpc-descriptors.ts";
import { forms, jsons, multiparts, oddTypes } from "./random-bodies.ts";
import { encoded, type KeyPair, tokenOf } from "./tokens.ts";

const methods = fc.constantFrom("GET", "GET", "POST", "POST", "PUT");

/** The host says which example answers. */
type Requests = fc.Arbitrary<Omit<ExampleRequest, "example">>;

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

const credentials = fc.constantFrom(
	...[basic("lena:secret"), basic("omar:"), basic("omar:pass"), basic("eve:x"), basic("lena"), basic("a:b:c")],
	...["Basic !!!", "Basic", "Bearer abc", "", "Basic  bGVuYTp4", `basic ${basic("lena:x").slice(6)}`],
);

/** To test/testdata/from-ext-authz/staff. */
const staff: Requests = fc.record({
	method: methods,
	path: fc.constantFrom(
		...["/catalogue", "/catalogue", "/catalogue/drafts", "/catalogue/drafts?lang=en", "/health", "/health?x=1", "/"],
		...["/catalogue?", "/catalogue/", "/catalogue/drafts?lang=%65n", "/%68ealth", "/health/deep", "//health", "/x%zz"],
	),
	headers: fc.oneof(
		{ weight: 5, arbitrary: credentials.map((authorization) => ({ authorization })) },
		{ weight: 1, arbitrary: fc.constant({}) },
	),
});

/** To test/testdata/from-ext-authz/people: tokens of these keys, of which the policy knows one. */
function people({ known, other }: { known: KeyPair; other: KeyPair }): Requests {
	const now = Math.floor(Date.now() / 1000);
	const payload = fc.record({
		role: fc.constantFrom("guest", "admin", "admin", "root", 5),
		// Not an empty one: base64url.decode("") has no value in OPA's module (docs/policies.md).
		sub: fc.constantFrom(encoded("lena"), encoded("omar"), "!!"),
		nbf: fc.constantFrom(now - 3600, now - 3600, now - 3600, now + 3600),
		exp: fc.constantFrom(now + 3600, now + 3600, now + 3600, now - 3600),
	});
	const key = fc.constantFrom(known, known, known, other);
	const token = fc.tuple(payload, key).map(([payload, { privateKey }]) => {
		return tokenOf({ algorithm: "ES256", key: privateKey, payload });
	});
	const authorization = fc.oneof(
		{ weight: 12, arbitrary: token.map((token) => `Bearer ${token}`) },
		{ weight: 1, arbitrary: fc.constantFrom("Bearer a.b.c", "Bearer", "Bearer x y", "") },
	);
	const body = fc.constantFrom(
		...['{"firstname": "Omar"}', '{"firstname": "lena"}', '{"firstname": 1}', "{}", "[]", '{"firstname"', ""],
	);
	return fc.record({
		method: methods,
		path: fc.constantFrom("/people", "/people", "/people", "/people/7", "/people/7", "/people/7/x", "/people?x=1", "/"),
		headers: fc.record({
			authorization,
			"content-type": fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain"),
		}),
		body: body.map((text) => Buffer.from(text)),
	});
}

/** To test/testdata/from-ext-authz/answers. */
const answers: Requests = fc.record({
	method: methods,
	path: fc.constantFrom(
		...[
			"/",
			"/books",
			"/shelves/secret",
			"/shelves/secret/a%20b",
			"/shelves/open?shelf=a&shelf=b",
			"/?shelf=",
			"/b?shelf=%C3%A9",
		],
	),
	headers: fc.record(
		{
			"x-person": fc.constantFrom("s-1", "g-2", "x-3", "", "S-1"),
			"x-secret": fc.constantFrom("abc", ["a", "b"]),
			"x-group": fc.constantFrom("staff", "forged"),
		},
		{ requiredKeys: [] },
	),
});

/** To test/testdata/from-ext-authz/orders. */
function orders(descriptors: TestDescriptors): Requests {
	const schema = messageOf(descriptors, "shop.v1.Order");
	const person = { id: 123n, name: "lena", parent: { id: 122n, name: "omar" } };
	const message = fc.record(
		{
			person: fc.constantFrom(person, person, person, { ...person, id: 5n }, { name: "lena" }),
			state: fc.constantFrom(0, 1, 1, 1, 2, 7),
			price: fc.constantFrom(1.5, 1.5, 0, 2.5, -1, Number.NaN),
			ordered: fc.constantFrom({ seconds: 1_606_902_522n, nanos: 118_723_000 }, { seconds: 0n, nanos: 0 }),
			within: fc.constantFrom({ seconds: 30n, nanos: 0 }, { seconds: 30n, nanos: 5 }),
			notes: fc.constantFrom([], ["sugar"], ["milk", "sugar"]),
			seal: fc.constant(new Uint8Array([0, 255])),
		},
		{ requiredKeys: [] },
	);
	const frame = message.map((init) => grpcFrame(toBinary(schema, create(schema, init))));
	const place = "/shop.v1.Orders/Place";
	const paths = [place, place, place, "/shop.v1.Orders/Ping", "/shop.v1.Orders/Upload", "/shop.v1.Orders/Lose", "/x"];
	// Of a method that is not known not even the head of the message is looked at; the plugin does.
	const odd = fc.constantFrom(
		grpcFrame(new Uint8Array([255])),
		grpcFrame(new Uint8Array(0)),
		new Uint8Array([0, 0, 0]),
	);
	const call = fc.oneof(
		{ weight: 8, arbitrary: fc.tuple(fc.constantFrom(...paths), frame) },
		{ weight: 1, arbitrary: fc.tuple(fc.constant(place), odd) },
	);
	return call.map(([path, body]) => {
		return { method: "POST", path, headers: { "content-type": "application/grpc" }, body };
	});
}

const bodies = fc
	.oneof(jsons, forms, multiparts, oddTypes)
	.map(({ type, body }) => ({ type, body: Buffer.from(body) }));

const upload = fc.constantFrom('{"owner":"lena"}', '{"owner":"eve"}', "[]", "{").map((meta) => ({
	type: "multipart/form-data; boundary=edge",
	body: Buffer.from(
		`--edge\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n${meta}\r\n` +
			`--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--edge--\r\n`,
	),
}));

const signup = fc
	.constantFrom("name=lena", "name=lena&name=root", "name=omar", "name=%6cena", "nom=x", "name=%zz")
	.map((text) => ({
		type: "application/x-www-form-urlencoded",
		body: Buffer.from(text),
	}));

const large = fc.constantFrom(4095, 4096, 4097, 20_000).map((size) => ({
	type: "application/json",
	body: Buffer.from(`"${"x".repeat(size - 2)}"`),
}));

/** To test/testdata/from-ext-authz/forms. */
const formRequests: Requests = fc
	.oneof(
		fc.tuple(fc.constantFrom("/signup?name=lena", "/signup?name=omar", "/signup"), fc.oneof(signup, bodies)),
		fc.tuple(fc.constant("/upload"), fc.oneof(upload, bodies)),
		fc.tuple(fc.constant("/archive"), fc.oneof(large, bodies)),
	)
	.map(([path, { type, body }]) => ({ method: "POST", path, headers: { "content-type": type }, body }));

const pieces = fc.constantFrom(
	..."/?&=+",
	"a",
	"b",
	"%41",
	"%2B",
	"%C3%A9",
	"x=1",
	";",
	"%zz",
	"%",
	"a=%20",
	"~",
	"*",
	"@",
);

const mirrored = fc.record({
	path: fc.array(pieces, { maxLength: 10 }).map((parts) => `/${parts.join("")}`),
	headers: fc.record(
		{
			"x-list": fc.constantFrom("a", "", ["a", "b"], ["a", "", "b, c"], "Ã©"),
			cookie: fc.constantFrom("a=1", ["a=1", "b=2"]),
			"X-Mixed-Case": fc.constantFrom("Value", " padded "),
			authorization: credentials,
			accept: fc.constantFrom("*/*", ["text/html", "text/plain;q=0.5"]),
		},
		{ requiredKeys: [] },
	),
});

/** To test/testdata/from-ext-authz/mirror. */
const mirror: Requests = fc.oneof(
	fc.tuple(methods, mirrored).map(([method, parts]) => ({ method, ...parts })),
	fc.tuple(mirrored, bodies).map(([{ path, headers }, { type, body }]) => {
		return { method: "POST", path, headers: { ...headers, "content-type": type }, body };
	}),
);

/** Requests to each example, some of them malformed. */
export function exampleRequests(parts: {
	descriptors: TestDescriptors;
	keys: { known: KeyPair; other: KeyPair };
}): Readonly<Record<string, Requests>> {
	return { staff, people: people(parts.keys), answers, orders: orders(parts.descriptors), forms: formRequests, mirror };
}
