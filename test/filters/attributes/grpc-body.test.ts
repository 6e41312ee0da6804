import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { compileGrpcTypes } from "../../../mixer/policy/grpc-types.ts";
import { grpcFrame, messageOf, type TestDescriptors, testDescriptors } from "../../support/grpc-descriptors.ts";
import { serialized } from "../../support/random-messages.ts";
import { scaled } from "../../support/scale.ts";
import { AttributeHost, defaultLimits } from "./attribute-host.ts";
import { canonical } from "./input-model.ts";

let host: AttributeHost;
let descriptors: TestDescriptors;
let order: DescMessage;
const numRuns = scaled({ quick: 2000, full: 100_000 });
const place = "/shop.v1.Orders/Place";

before(async () => {
	[host, descriptors] = await Promise.all([AttributeHost.build(), testDescriptors()]);
	host.grpcTypes(compileGrpcTypes(descriptors.bytes, "shop.binpb").types);
	order = messageOf(descriptors, "shop.v1.Order");
});

function parsed(path: string, body: Uint8Array, limits = defaultLimits): string {
	const headers = [
		[":path", path],
		["content-type", "application/grpc"],
	] as const;
	const document = host
		.request(headers)
		.withBody(body)
		.input([["parsed_body"]], limits);
	return document === "bad input" ? document : document.slice('{"parsed_body":'.length, -1);
}

/** What protobuf's own library makes of the same bytes. */
function model(type: DescMessage, bytes: Uint8Array): string {
	try {
		const message = fromBinary(type, bytes);
		return canonical(JSON.parse(JSON.stringify(toJson(type, message, { registry: descriptors.registry }))));
	} catch {
		return "bad input";
	}
}

function isEqual(type: DescMessage, bytes: Uint8Array): void {
	assert.equal(parsed(place, grpcFrame(bytes), { ...defaultLimits, numberDigits: 1024 }), model(type, bytes));
}

const doubles = fc.oneof(
	fc.double({ noNaN: false }).map((value) => (value === 0 ? 0 : value)),
	fc.constantFrom(0, 1, 0.1, 1e21, 1e-7),
);
/** The library has them as doubles: those that are written the same. */
const floats = fc.integer({ min: -4000, max: 4000 }).map((value) => value / 8 + 0);

/** The library has no opinion on a Value that is none. */
const { json: structs } = fc.letrec<{ json: JsonValue }>((tie) => ({
	json: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom<JsonValue>(null, true, 0, 1.5, "é"),
		fc.array(tie("json"), { maxLength: 2 }),
		fc.dictionary(fc.string({ maxLength: 2 }), tie("json"), { maxKeys: 2 }),
	),
}));

describe("the message of a gRPC call", () => {
	test("is what protobuf's own library makes of it, however it is written", () => {
		const messages = serialized(order, { doubles, floats, structs });
		fc.assert(
			fc.property(messages, (bytes) => isEqual(order, bytes)),
			{ numRuns },
		);
	});

	test("is refused where the library refuses it, or taken for the same, and never harms", () => {
		const messages = serialized(order, { doubles, floats });
		const changed = fc
			.tuple(messages, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
			.map(([bytes, changes]) =>
				bytes.length === 0 ? bytes : changes.reduce((made, [at, byte]) => made.with(at % made.length, byte), bytes),
			);
		const cut = fc.tuple(messages, fc.nat()).map(([bytes, size]) => bytes.subarray(0, size % (bytes.length + 1)));
		fc.assert(
			fc.property(fc.oneof(changed, cut, fc.uint8Array()), (bytes) => {
				const text = parsed(place, grpcFrame(bytes));
				if (text !== "bad input") JSON.parse(text);
			}),
			{ numRuns },
		);
	});

	const rows: readonly (readonly [method: string, json: JsonValue, expected: string])[] = [
		["shop.v1.Orders/Ping", {}, "{}"],
		["shop.v1.Orders/Name", "Ada", '"Ada"'],
		["shop.v1.Orders/Name", "", '""'],
		["shop.v1.Orders/When", "2026-01-02T03:04:05.600Z", '"2026-01-02T03:04:05.600Z"'],
		["shop.v1.Orders/When", "0001-01-01T00:00:00Z", '"0001-01-01T00:00:00Z"'],
		["shop.v1.Orders/Anything", { a: [1, null, "x"] }, '{"a":[1,null,"x"]}'],
		["shop.v1.Orders/Watch", { stringValue: "x", size: "SIZE_SMALL" }, '{"size":"SIZE_SMALL","stringValue":"x"}'],
		["shop.v1.Orders/Place", { int64Value: "9007199254740993" }, '{"int64Value":"9007199254740993"}'],
		["shop.v1.Orders/Place", { optionalInt: 0, int32Value: 0 }, '{"optionalInt":0}'],
		["shop.v1.Orders/Place", { chosenNumber: 0, nullValue: null }, '{"chosenNumber":0}'],
		["shop.v1.Orders/Place", { duration: "-1.5s", mask: "a.bC,d" }, '{"duration":"-1.500s","mask":"a.bC,d"}'],
		["shop.v1.Orders/Place", { boolBox: false, wideBox: "0" }, '{"boolBox":false,"wideBox":"0"}'],
		["shop.v1.Orders/Place", { 'other "name"': "x" }, '{"other \\"name\\"":"x"}'],
		["shop.v1.Orders/Place", { byFlag: { true: "1", false: "2" } }, '{"byFlag":{"false":"2","true":"1"}}'],
		["shop.old.Counters/Add", { name: "x", by: 0 }, '{"by":0,"name":"x"}'],
	];
	for (const [method, json, expected] of rows) {
		test(`to ${method} with ${JSON.stringify(json)} is ${expected}`, () => {
			const [service = "", name] = method.split("/");
			const input = descriptors.registry.getService(service)?.methods.find((one) => one.name === name)?.input;
			assert.ok(input);
			assert.equal(parsed(`/${method}`, grpcFrame(toBinary(input, fromJson(input, json)))), expected);
		});
	}

	test("has its fields' single-precision numbers in few digits", () => {
		const bytes = toBinary(order, fromJson(order, { floatValue: 0.1, doubleValue: 0.1 }));
		assert.equal(parsed(place, grpcFrame(bytes)), '{"doubleValue":0.1,"floatValue":0.1}');
	});

	test("lacks what must be there: refused", () => {
		assert.equal(parsed("/shop.old.Counters/Add", grpcFrame(new Uint8Array([0x10, 0x01]))), "bad input");
	});

	test("holds an Any: refused, but an empty one is an object", () => {
		const any = (fields: readonly number[]) => new Uint8Array([0xa2, 0x03, fields.length, ...fields]);
		assert.equal(parsed(place, grpcFrame(any([]))), '{"any":{}}');
		assert.equal(parsed(place, grpcFrame(any([0x0a, 0x01, 0x78]))), "bad input");
	});

	const unread: readonly (readonly [what: string, path: string, body: Uint8Array, expected: string])[] = [
		["a method that takes a stream", "/shop.v1.Orders/Upload", grpcFrame(new Uint8Array()), "null"],
		["a method that nobody knows", "/shop.v1.Orders/Cancel", grpcFrame(new Uint8Array()), "null"],
		["a service that nobody knows", "/shop.v2.Orders/Place", grpcFrame(new Uint8Array()), "null"],
		["a compressed message", place, new Uint8Array([1, 0, 0, 0, 0]), "null"],
		["an empty body", place, new Uint8Array(), "null"],
		["a path of one segment", "/shop.v1.Orders", grpcFrame(new Uint8Array()), "bad input"],
		["a path of three segments", "/a/shop.v1.Orders/Place", grpcFrame(new Uint8Array()), "bad input"],
		["less than a frame's head", place, new Uint8Array([0, 0, 0, 0]), "bad input"],
		["less than was announced", place, grpcFrame(new Uint8Array([0x28, 0x01]), 3), "bad input"],
		["more than one message", place, Buffer.concat([grpcFrame(new Uint8Array([0x28, 1])), grpcFrame(new Uint8Array([0x28, 2]))]), '{"int32Value":1}'], // biome-ignore format: a row
	];
	for (const [what, path, body, expected] of unread) {
		test(`of ${what} is ${expected}`, () => assert.equal(parsed(path, body), expected));
	}

	test("nested deeper than the limits is refused", () => {
		const nested = (depth: number): JsonValue => (depth === 0 ? {} : { order: nested(depth - 1) });
		const at = (depth: number, inputDepth: number) => {
			const bytes = toBinary(order, fromJson(order, nested(depth)));
			return parsed(place, grpcFrame(bytes), { ...defaultLimits, inputDepth });
		};
		assert.notEqual(at(62, 64), "bad input");
		assert.equal(at(63, 64), "bad input");
		assert.notEqual(at(98, 1024), "bad input");
		// More than protobuf's own libraries take; this one can't even write it.
		let deep: Uint8Array = new Uint8Array();
		for (let i = 0; i < 200; i++) deep = wrapped(deep);
		assert.equal(parsed(place, grpcFrame(deep), { ...defaultLimits, inputDepth: 1024 }), "bad input");
	});
});

/** An Order in another one's field `order`. */
function wrapped(inner: Uint8Array): Uint8Array {
	const size = inner.length < 128 ? [inner.length] : [(inner.length & 127) | 128, inner.length >> 7];
	return new Uint8Array([0xc2, 0x03, ...size, ...inner]);
}
