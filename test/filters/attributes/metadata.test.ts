import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { type Metadata, metadataBytes } from "../../support/metadata.ts";
import { scaled } from "../../support/scale.ts";
import { AttributeHost, defaultLimits } from "./attribute-host.ts";

let host: AttributeHost;

before(async () => {
	host = await AttributeHost.build();
});

const claims = {
	iss: "https://issuer.example",
	aud: ["books", "admin"],
	exp: 1_900_000_000,
	score: 0.5,
	staff: true,
	manager: null,
	realm: { roles: ["reader"], "strange key\n": "é" },
};
const jwt = "envoy.filters.http.jwt_authn";
const metadata = ["attributes", "metadataContext", "filterMetadata"];

function inputOf(of: Metadata, ...paths: readonly (readonly string[])[]): string {
	return host.request([], { metadata: metadataBytes(of) }).input(paths);
}

function written(filterMetadata: string): string {
	return `{"attributes":{"metadataContext":{"filterMetadata":${filterMetadata}}}}`;
}

describe("dynamic metadata", () => {
	test("are written with their types, keys in byte order", () => {
		const text =
			'{"envoy.filters.http.jwt_authn":{"claims":{"aud":["books","admin"],"exp":1900000000,"iss":"https://issuer.example",' +
			'"manager":null,"realm":{"roles":["reader"],"strange key\\n":"é"},"score":0.5,"staff":true}}}';
		assert.equal(inputOf({ filter: { [jwt]: { claims } } }, metadata), written(text));
	});

	test("are written as far as they are wanted", () => {
		const of = { filter: { [jwt]: { claims }, other: { a: 1 } } };
		const below = (...path: string[]) => [...metadata, jwt, "claims", ...path];
		assert.equal(inputOf(of, below("iss")), written(`{"${jwt}":{"claims":{"iss":"https://issuer.example"}}}`));
		assert.equal(
			inputOf(of, below("staff"), below("realm", "roles"), below("none")),
			written(`{"${jwt}":{"claims":{"realm":{"roles":["reader"]},"staff":true}}}`),
		);
		assert.equal(inputOf(of, [...metadata, "other"]), written('{"other":{"a":1}}'));
		assert.equal(inputOf(of, [...metadata, "none"]), written("{}"));
		assert.equal(inputOf(of, below("realm"), below("realm", "roles")), inputOf(of, below("realm")));
	});

	test("are null where something else is in the way of what is wanted", () => {
		const of = { filter: { [jwt]: { claims } } };
		for (const key of ["iss", "aud", "staff", "exp", "manager"]) {
			const text = written(`{"${jwt}":{"claims":{"${key}":null}}}`);
			assert.equal(inputOf(of, [...metadata, jwt, "claims", key, "x"]), text);
		}
	});

	test("are absent where Envoy has none", () => {
		assert.equal(inputOf({}, metadata), '{"attributes":{"metadataContext":{}}}');
		assert.equal(host.request([]).input([[...metadata, "a", "b"]]), '{"attributes":{"metadataContext":{}}}');
	});

	test("that are messages are written as type and bytes", () => {
		const path = ["attributes", "metadataContext", "typedFilterMetadata"];
		const of = {
			typed: {
				a: { typeUrl: "type.googleapis.com/x.Y", value: new Uint8Array([1, 2, 255]) },
				b: {},
				c: { typeUrl: "t" },
			},
		};
		const text = '{"a":{"typeUrl":"type.googleapis.com/x.Y","value":"AQL/"},"b":{},"c":{"typeUrl":"t"}}';
		assert.equal(inputOf(of, path), `{"attributes":{"metadataContext":{"typedFilterMetadata":${text}}}}`);
		assert.equal(inputOf({ ...of, filter: { a: { b: 1 } } }, metadata), written('{"a":{"b":1}}'));
	});

	test("count against the limits", () => {
		const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
		const limited = (of: unknown, limits: object) =>
			host
				.request([], { metadata: metadataBytes({ filter: { n: { a: of } } }) })
				.input([metadata], { ...defaultLimits, ...limits });
		assert.notEqual(limited(nested(3), { inputDepth: 8 }), "bad input");
		assert.equal(limited(nested(4), { inputDepth: 8 }), "bad input");
		assert.equal(limited(nested(90), { inputDepth: 1024 }), "bad input");
		const keys = (count: number) => Object.fromEntries([...Array(count).keys()].map((i) => [`k${i}`, i]));
		assert.notEqual(limited(keys(16), { inputKeys: 16 }), "bad input");
		assert.equal(limited(keys(17), { inputKeys: 16 }), "bad input");
		assert.notEqual(limited(1e19, { numberDigits: 20 }), "bad input");
		assert.equal(limited(1e21, { numberDigits: 20 }), "bad input");
		assert.equal(limited(1e-20, { numberDigits: 20 }), "bad input");
	});

	test("whose bytes are anything at all never make the filter fail", () => {
		const good = metadataBytes({ filter: { a: claims, b: { c: claims } }, typed: { a: { typeUrl: "x" } } });
		const changed = fc
			.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 })
			.map((changes) => changes.reduce((bytes, [at, value]) => bytes.with(at, value), good));
		const bytes = fc.oneof(
			fc.uint8Array(),
			changed,
			fc.nat(good.length).map((size) => good.subarray(0, size)),
		);
		fc.assert(
			fc.property(bytes, (metadata) => {
				const text = host.request([], { metadata, "xds.route_metadata": metadata }).input([["attributes"]]);
				if (text !== "bad input") JSON.parse(text);
			}),
			{ numRuns: scaled({ quick: 3000, full: 100_000 }) },
		);
	});
});

describe("a route's metadata", () => {
	const route = metadataBytes({
		filter: { "sluice.context_extensions": { virtual_host: "shop", tier: 2 }, other: { a: 1 } },
	});

	test("are a part of the input of their own", () => {
		const text = host.request([], { "xds.route_metadata": route }).input([["attributes", "routeMetadataContext"]]);
		const namespaces = '{"other":{"a":1},"sluice.context_extensions":{"tier":2,"virtual_host":"shop"}}';
		assert.equal(text, `{"attributes":{"routeMetadataContext":{"filterMetadata":${namespaces}}}}`);
	});

	test("are the context extensions, in one namespace", () => {
		const path = ["attributes", "contextExtensions"];
		host.request([], { "xds.route_metadata": route });
		assert.equal(
			host.input([[...path, "virtual_host"]]),
			'{"attributes":{"contextExtensions":{"virtual_host":"shop"}}}',
		);
		host.request([], { "xds.route_metadata": metadataBytes({ filter: { other: {} } }) });
		assert.equal(host.input([path]), '{"attributes":{}}');
	});
});

describe("a certificate's principal", () => {
	const of = (names: Record<string, string>) => {
		const properties = Object.entries(names).map(([kind, name]) => [`connection.${kind}_certificate`, name]);
		const document = host
			.request([], Object.fromEntries(properties))
			.input([["attributes", "source", "principal"], ["attributes", "destination", "principal"], ["source_principal"]]);
		const { attributes, source_principal } = JSON.parse(document);
		return [attributes.source.principal, source_principal, attributes.destination.principal];
	};

	test("is its first URI, else its first DNS name, else its subject", () => {
		const peer = { subject_peer: "CN=a", dns_san_peer: "a.example", uri_san_peer: "spiffe://a" };
		assert.deepEqual(of(peer), ["spiffe://a", "spiffe://a", undefined]);
		assert.deepEqual(of({ ...peer, uri_san_peer: "" }), ["a.example", "a.example", undefined]);
		assert.deepEqual(of({ subject_peer: "CN=a", subject_local: "CN=b" }), ["CN=a", "CN=a", "CN=b"]);
		assert.deepEqual(of({ dns_san_local: "b.example" }), [undefined, undefined, "b.example"]);
	});
});

test("the time is in seconds and microseconds, and a part that is 0 left out", () => {
	const time = (ns: bigint) => {
		const document = host.request([], { "request.time": ns }).input([["attributes", "request", "time"]]);
		return JSON.parse(document).attributes.request.time;
	};
	assert.deepEqual(time(1_795_650_078_493_064_999n), { seconds: 1_795_650_078, nanos: 493_064_000 });
	assert.deepEqual(time(1_000_000_000n), { seconds: 1 });
	assert.deepEqual(time(-1n), { seconds: -1, nanos: 999_999_000 });
	assert.deepEqual(JSON.parse(host.request([]).input([["attributes", "request", "time"]])).attributes.request.time, {});
});
