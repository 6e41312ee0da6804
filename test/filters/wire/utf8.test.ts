import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { toBytes, toText } from "../../support/fake-host-module.ts";
import { scaled } from "../../support/scale.ts";
import { WireModule } from "./wire-module.ts";

let wire: WireModule;
const numRuns = scaled({ quick: 5000, full: 200_000 });

before(async () => {
	wire = await WireModule.build();
});

/** Bytes that are often almost UTF-8: leads, continuations and edges more often than chance has them. */
const nearlyUtf8 = fc
	.array(
		fc.oneof(
			fc.string({ unit: "binary", maxLength: 12 }).map((text) => toBytes(text)),
			fc.uint8Array({ maxLength: 4 }),
			fc.array(
				fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
			),
		),
		{ maxLength: 6 },
	)
	.map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

test("replaces what is not UTF-8 as TextDecoder does", () => {
	const check = (bytes: Uint8Array) => {
		const ours = wire.with(bytes, (ptr, size) => wire.written(() => wire.call("utf8", ptr, size)));
		assert.equal(Buffer.from(ours).toString("hex"), Buffer.from(toText(bytes)).toString("hex"));
	};
	fc.assert(fc.property(nearlyUtf8, check), { numRuns });
});

test("every sequence of two bytes, and of three after a lead, is replaced as TextDecoder does", () => {
	const all = Array.from({ length: 256 }, (_, byte) => byte);
	const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
	for (const lead of all.slice(0x7e)) {
		for (const second of all) {
			const bytes = Uint8Array.from(edges.flatMap((third) => [lead, second, third, 0x20, lead, second, 0x21]));
			const ours = wire.with(bytes, (ptr, size) => wire.text(() => wire.call("utf8", ptr, size)));
			assert.equal(ours, toText(bytes), `${lead} ${second}`);
		}
	}
});

test("finds the well-formed prefix", () => {
	const cases: [string, number][] = [
		["", 0],
		["plain", 5],
		["eight characters and é", 23],
		["é€😀", 9],
	];
	for (const [text, size] of cases) {
		const whole = toBytes(text);
		assert.equal(whole.length, size);
		const bad = Buffer.concat([whole, Uint8Array.of(0xff, 0x41)]);
		assert.equal(
			wire.with(whole, (ptr, length) => wire.number("utf8Prefix", ptr, length)),
			size,
		);
		assert.equal(
			wire.with(bad, (ptr, length) => wire.number("utf8Prefix", ptr, length)),
			size,
		);
	}
});

test("writes strings of the language as TextEncoder does, lone surrogates too", () => {
	const units = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7fe, max: 0xe001 }), fc.nat(0x7f)), {
		maxLength: 40,
	});
	const check = (codes: number[]) => {
		const bytes = new Uint8Array(Uint16Array.from(codes).buffer);
		const ours = wire.with(bytes, (ptr) => wire.written(() => wire.call("textOf", ptr, codes.length)));
		assert.deepEqual(Buffer.from(ours), Buffer.from(toBytes(String.fromCharCode(...codes))));
	};
	fc.assert(fc.property(units, check), { numRuns });
});

test("a buffer takes its bound and no byte more, and says so until it is emptied", () => {
	const append = (size: number) => wire.with(new Uint8Array(size), (ptr) => wire.number("smallRaw", ptr, size));
	wire.call("smallReset");
	assert.equal(append(4), 4 << 1);
	assert.equal(append(6), 10 << 1);
	assert.equal(append(1), (10 << 1) | 1);
	wire.call("smallReset");
	assert.equal(append(11), 1, "none of what does not fit as a whole");
	assert.equal(append(1), 1, "nothing after that");
	wire.call("smallReset");
	assert.equal(append(10), 10 << 1);
});

test("a text that does not fit leaves nothing of itself", () => {
	const text = (units: string) =>
		wire.with(new Uint8Array(Uint16Array.from(units, (c) => c.charCodeAt(0)).buffer), (ptr) =>
			wire.number("smallText", ptr, units.length),
		);
	wire.call("smallReset");
	assert.equal(text("ab"), 2 << 1);
	assert.equal(text("éééé"), 10 << 1);
	wire.call("smallReset");
	assert.equal(text("ab"), 2 << 1);
	assert.equal(text("éééé€"), (2 << 1) | 1);
	assert.equal(text("c"), (2 << 1) | 1);
});
