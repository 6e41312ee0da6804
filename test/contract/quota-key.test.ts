import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decodeKey, encodeKey } from "../../mixer/quota/key.ts";
import { WireModule } from "../filters/wire/wire-module.ts";
import { scaled } from "../support/scale.ts";

const module = await WireModule.build("quota-key");

/** What the filter makes of a JSON list; its number where it refuses. */
function encoded(json: string): Uint8Array | number {
	const result = module.with(Buffer.from(json), (ptr, size) => module.number("encode", ptr, size));
	return result === 0 ? module.read(module.number("outPtr"), module.number("outSize")) : result;
}

const value = fc.oneof(
	fc.string({ unit: "binary", maxLength: 40 }).filter((text) => text.isWellFormed()),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.integer(),
	fc.maxSafeInteger(),
	fc.boolean(),
);

describe("a quota's key", () => {
	test("has the same bytes in the filter as in the Mixer, whatever its values", () => {
		const keys = fc.array(value, { maxLength: 8 });
		fc.assert(
			fc.property(keys, (key) => {
				const expected = encodeKey(key);
				fc.pre(expected.length <= 1024);
				assert.deepEqual(encoded(JSON.stringify(key)), expected);
				decodeKey(expected);
			}),
			{ numRuns: scaled({ quick: 2000, full: 200_000 }) },
		);
	});

	const numbers = ["0", "-0", "7.0", "1e3", "1E21", "1e20", "123456789012345678901", "0.000001", "1e-7", "5e-324", "1.7976931348623157e308", "-0.5", "0.1", "2.5e-8", "9007199254740993"]; // biome-ignore format: a row
	for (const text of numbers) {
		test(`writes ${text} as ECMAScript does`, () => {
			assert.deepEqual(encoded(`[${text}]`), encodeKey([Number(text)]));
		});
	}

	const refused: [json: string, result: number][] = [
		["{}", 1],
		["[1,2,3,4,5,6,7,8,9]", 2],
		["[null]", 3],
		["[[]]", 3],
		["[1e999]", 4],
		[JSON.stringify(["x".repeat(1022)]), 5],
	];
	for (const [json, result] of refused) {
		test(`${json.slice(0, 20)} is refused`, () => assert.equal(encoded(json), result));
	}
});
