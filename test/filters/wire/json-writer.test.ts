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

function written(bytes: Uint8Array): string {
	return wire.with(bytes, (ptr, size) => wire.text(() => wire.call("jsonString", ptr, size)));
}

test("strings are what JSON.stringify writes", () => {
	const text = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.string({ unit: fc.nat(0x22).map((c) => String.fromCharCode(c)) }),
	);
	const check = (value: string) => {
		assert.equal(written(toBytes(value)), JSON.stringify(toText(toBytes(value))));
	};
	fc.assert(fc.property(text, check), { numRuns });
	check(Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join(""));
});

test("bytes that are not UTF-8 are what JSON.stringify writes of what TextDecoder reads", () => {
	const check = (bytes: Uint8Array) => assert.equal(written(bytes), JSON.stringify(toText(bytes)));
	fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), check), { numRuns });
});

test("integers of 64 bits are decimal digits", () => {
	const check = (value: bigint) =>
		assert.equal(
			wire.text(() => wire.call("jsonInt", value)),
			String(value),
		);
	for (const value of [0n, -1n, 9n, 10n, 2n ** 63n - 1n, -(2n ** 63n)]) check(value);
	fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), check), { numRuns });
});

test("doubles are what JSON.stringify writes", () => {
	const check = (value: number) => {
		assert.equal(
			wire.text(() => wire.call("jsonDouble", value)),
			JSON.stringify(value),
		);
	};
	fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), check), { numRuns });
});

test("singles have the fewest digits that read back as the same single", () => {
	const check = (value: number) => {
		if (value === 0) return;
		const text = wire.text(() => wire.call("jsonSingle", value));
		const model = [...Array(9).keys()]
			.map((count) => Number(value.toPrecision(count + 1)))
			.find((shorter) => Math.fround(shorter) === value);
		assert.ok(model !== undefined);
		// Half way between two, either will do: Go takes the even one.
		assert.equal(Math.abs(Number(text) - value), Math.abs(model - value), text);
		assert.equal(text, JSON.stringify(Number(text)));
		assert.equal(text.length, JSON.stringify(model).length, text);
	};
	for (const value of [0.1, -0.3, 1.5e-45, 3.4028234663852886e38, 1e21, 1e-7, 16777216]) check(Math.fround(value));
	fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), check), { numRuns });
});

const doubles: [number, string][] = [
	[0, "0"],
	[-0, "0"],
	[1, "1"],
	[-1.5, "-1.5"],
	[0.1, "0.1"],
	[1e15, "1000000000000000"],
	[123456789012345680000, "123456789012345680000"],
	[1e21, "1e+21"],
	[1.5e300, "1.5e+300"],
	[1e-7, "1e-7"],
	[5e-324, "5e-324"],
	[1.7976931348623157e308, "1.7976931348623157e+308"],
	[Number.NaN, "null"],
	[Number.POSITIVE_INFINITY, "null"],
	[Number.NEGATIVE_INFINITY, "null"],
];

for (const [value, text] of doubles) {
	test(`the double ${Object.is(value, -0) ? "-0" : value} is ${text}`, () => {
		assert.equal(text, JSON.stringify(value));
		assert.equal(
			wire.text(() => wire.call("jsonDouble", value)),
			text,
		);
	});
}
