import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { toBytes } from "../../support/fake-host-module.ts";
import { scaled } from "../../support/scale.ts";
import { WireModule } from "./wire-module.ts";

let wire: WireModule;
const numRuns = scaled({ quick: 3000, full: 100_000 });
const DEPTH = 64;

before(async () => {
	wire = await WireModule.build();
});

/** The document written again without white space, or at which byte it was refused. */
function rendered(text: string | Uint8Array, maxDepth = DEPTH): string | number {
	return wire.with(toBytes(text), (ptr, size) => {
		if (wire.number("jsonParse", ptr, size, maxDepth) === 0) return wire.number("jsonErrorOffset");
		assert.equal(wire.number("jsonErrorOffset"), -1);
		return wire.text(() => wire.call("jsonRender", wire.number("jsonRoot")));
	});
}

/** With numbers as JSON.stringify writes them: ours are not always the shortest that read back as the same double. */
function normal(text: string | number): string {
	return JSON.stringify(JSON.parse(String(text)));
}

/** Members of all objects of a value: fewer than a text has colons outside of strings if a name comes twice. */
function countMembers(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	const children = Object.values(value).reduce((sum: number, child) => sum + countMembers(child), 0);
	return children + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function hasDuplicate(text: string, value: unknown): boolean {
	return text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, "").split(":").length - 1 !== countMembers(value);
}

test("reads what JSON.parse reads, with any white space", () => {
	const json = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });
	const check = (value: unknown, indent: string) => {
		const text = JSON.stringify(value, null, indent);
		if (/\\ud[89ab]|\\ud[c-f]/.test(text)) return;
		assert.equal(normal(rendered(text)), JSON.stringify(JSON.parse(text)));
	};
	fc.assert(fc.property(json, fc.constantFrom("", "\t", "  ", "\n\r"), check), { numRuns });
});

test("a text cut short or changed is read as JSON.parse does, or refused where this reader is stricter", () => {
	const alphabet = '{}[]":,\\/u0123456789eE+-. \ttrufalsn\u0001é';
	const edit = fc.record({
		at: fc.nat(),
		cut: fc.nat(3),
		put: fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 2 }),
	});
	const check = (value: unknown, { at, cut, put }: { at: number; cut: number; put: string }) => {
		const text = JSON.stringify(value);
		const place = at % (text.length + 1);
		const changed = (text.slice(0, place) + put + text.slice(place + cut)).toWellFormed();
		const ours = rendered(changed);
		const theirs = parsed(changed);
		if (typeof ours === "string") assert.equal(normal(ours), JSON.stringify(theirs?.value), changed);
		else if (theirs !== undefined) assert.ok(/\\u[dD]/.test(changed) || hasDuplicate(changed, theirs.value), changed);
	};
	fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), edit, check), { numRuns });
});

function parsed(text: string): { value: unknown } | undefined {
	try {
		return { value: JSON.parse(text) };
	} catch {
		return undefined;
	}
}

test("any bytes are read or refused, never a trap, and refused within the text", () => {
	const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.array(fc.constantFrom(...toBytes('{}[]":,\\u0d8 1e-"'))));
	fc.assert(
		fc.property(bytes, (value) => {
			const ours = rendered(Uint8Array.from(value));
			if (typeof ours === "number") assert.ok(ours >= 0 && ours <= value.length, String(ours));
			else assert.ok(parsed(Buffer.from(value).toString()) !== undefined);
		}),
		{ numRuns },
	);
});

const refused: [name: string, text: string | Uint8Array, offset: number][] = [
	["nothing", "", 0],
	["white space alone", " \n", 2],
	["two values", "1 2", 2],
	["a trailing comma in an array", "[1,]", 3],
	["a trailing comma in an object", '{"a":1,}', 7],
	["a leading zero", "01", 0],
	["a plus sign", "+1", 0],
	["a bare fraction", ".5", 0],
	["a fraction without digits", "1.", 0],
	["an exponent without digits", "1e+", 0],
	["a lone minus", "-", 0],
	["NaN", "NaN", 0],
	["a literal cut short", "tru", 0],
	["a literal in capitals", "True", 0],
	["a string without end", '"abc', 0],
	["a control character in a string", '"a\tb"', 0],
	["an unknown escape", '"\\x41"', 0],
	["an escape cut short", '"\\u12', 0],
	["a lone high surrogate", '"\\ud800"', 0],
	["a high surrogate before another", '"\\ud800\\ud800"', 0],
	["a lone low surrogate", '"\\udc00"', 0],
	["bytes that are not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), 0],
	["an encoded surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 0],
	["a byte order mark", "\ufeff1", 0],
	["a name that is no string", "{a:1}", 1],
	["a member without a colon", '{"a" 1}', 5],
	["a member without a value", '{"a":}', 5],
	["the wrong closing bracket", "[1}", 2],
	["an array without end", "[1", 2],
	["a name twice", '{"a":1,"b":2,"a":3}', 18],
	["a name twice, once with escapes", '{"a":1,"\\u0061":2}', 17],
	["the empty name twice", '{"":1,"":2}', 10],
	["a name twice in an object inside", '[{"x":{"a":1,"a":2}}]', 18],
];

for (const [name, text, offset] of refused) {
	test(`refuses ${name}`, () => assert.equal(rendered(text), offset));
}

const accepted: [name: string, text: string, rendered: string][] = [
	["a scalar", " true ", "true"],
	["escapes", '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\u0000"', '"\\"\\\\/\\b\\f\\n\\r\\té😀\\u0000"'],
	["the same name in different objects", '{"a":{"a":1},"b":{"a":2}}', '{"a":{"a":1},"b":{"a":2}}'],
	["names alike but for their end", '{"a":1,"ab":2,"abc":3}', '{"a":1,"ab":2,"abc":3}'],
	["empty containers", '[{},[],""]', '[{},[],""]'],
];

for (const [name, text, expected] of accepted) {
	test(`reads ${name}`, () => assert.equal(rendered(text), expected));
}

test("containers nest to the bound and no deeper", () => {
	const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
	assert.equal(rendered(nested(64)), nested(64));
	assert.equal(rendered(nested(65)), 64);
	assert.equal(rendered("1", 0), "1");
	assert.equal(rendered("[]", 0), 0);
	assert.equal(rendered("[".repeat(1_000_000)), 64);
});

test("depth costs tape, not stack", () => {
	const deep = "[".repeat(100_000) + "]".repeat(100_000);
	assert.equal(
		wire.with(toBytes(deep), (ptr, size) => wire.number("jsonParse", ptr, size, 1_000_000)),
		1,
	);
});

test("too many values are refused", () => {
	const many = `[${"1,".repeat(1 << 18)}1]`;
	assert.equal(typeof rendered(many), "number");
});

test("many names cost no more than sorting them, whatever they are", () => {
	for (const make of [
		(i: number) => `k${i}`,
		(i: number) => "x".repeat(i % 300) + i,
		(i: number) => String(99_999 - i),
	]) {
		const names = Array.from({ length: 50_000 }, (_, i) => `"${make(i)}":0`);
		const bytes = toBytes(`{${names.join()}}`);
		const startMs = performance.now();
		assert.equal(
			wire.with(bytes, (ptr, size) => wire.number("jsonParse", ptr, size, DEPTH)),
			1,
		);
		// Comparing each name with each takes more than ten seconds.
		assert.ok(performance.now() - startMs < 2000, `${performance.now() - startMs} ms`);
		const twice = toBytes(`{${[...names, names[25_000]].join()}}`);
		assert.equal(
			wire.with(twice, (ptr, size) => wire.number("jsonParse", ptr, size, DEPTH)),
			0,
		);
	}
});

const numbers: [text: string, integer: bigint | undefined][] = [
	["0", 0n],
	["-0", 0n],
	["42", 42n],
	["9223372036854775807", 2n ** 63n - 1n],
	["9223372036854775808", undefined],
	["-9223372036854775808", -(2n ** 63n)],
	["-9223372036854775809", undefined],
	["99999999999999999999", undefined],
	["1.0", undefined],
	["1e2", undefined],
	['"1"', undefined],
];

for (const [text, integer] of numbers) {
	test(`${text} is ${integer === undefined ? "no integer" : "an integer"}`, () => {
		wire.with(toBytes(text), (ptr, size) => {
			assert.equal(wire.number("jsonParse", ptr, size, DEPTH), 1);
			assert.equal(wire.number("jsonIsInteger", 0), integer === undefined ? 0 : 1);
			assert.equal(wire.call("jsonInteger", 0), integer ?? 0n);
		});
	});
}

test("doubles are those that JSON.parse reads", () => {
	const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 25 });
	const text = fc.oneof(
		fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
		fc.tuple(digits, digits, fc.integer({ min: -340, max: 320 })).map(([a, b, e]) => `-${BigInt(a)}.${b}e${e}`),
	);
	const check = (number: string) => {
		const ours = wire.with(toBytes(number), (ptr, size) => {
			wire.call("jsonParse", ptr, size, DEPTH);
			return wire.number("jsonDoubleOf", 0);
		});
		assert.equal(ours, JSON.parse(number), number);
	};
	fc.assert(fc.property(text, check), { numRuns });
});

test("finds members by name and gives a value's own bytes", () => {
	const text = ' { "a" : [1, 2 ] , "\\u0062" : "x\\ny" } ';
	wire.with(toBytes(text), (ptr, size) => {
		assert.equal(wire.number("jsonParse", ptr, size, DEPTH), 1);
		const member = (name: string) =>
			wire.with(toBytes(name), (namePtr, nameSize) => wire.number("jsonMember", 0, namePtr, nameSize));
		const raw = (node: number) => wire.text(() => wire.call("jsonRaw", node));
		assert.equal(raw(member("a")), "[1, 2 ]");
		assert.equal(wire.number("jsonCount", member("a")), 2);
		assert.equal(raw(member("b")), '"x\\ny"');
		assert.equal(member("c"), -1);
		assert.equal(wire.number("jsonCount", 0), 2);
	});
});

test("no memory grows once the buffers have", () => {
	const bytes = toBytes(JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ [`k${i}`]: "v".repeat(i), n: [i] }))));
	const parse = () => wire.with(bytes, (ptr, size) => wire.number("jsonParse", ptr, size, DEPTH));
	for (let i = 0; i < 10; i++) assert.equal(parse(), 1);
	const { memoryBytes } = wire;
	for (let i = 0; i < 2000; i++) parse();
	assert.equal(wire.memoryBytes, memoryBytes);
});
