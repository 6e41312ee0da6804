import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_KEY_BYTES, quotaKeySchema } from "../../../galley/kinds/quota-key.ts";
import { decodeKey, encodeKey, keyText } from "../../../mixer/quota/key.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

for (const { values, bytes } of [
	{ values: [], bytes: "" },
	{ values: ["alice"], bytes: "01 0005 616c696365" },
	{ values: [""], bytes: "01 0000" },
	{ values: ["é"], bytes: "01 0002 c3a9" },
	{ values: [7, 0.5, 1e21, -0], bytes: "02 0001 37 02 0003 302e35 02 0005 31652b3231 02 0001 30" },
	{ values: [true, false], bytes: "03 0001 01 03 0001 00" },
	{ values: ["7"], bytes: "01 0001 37" },
]) {
	test(`${JSON.stringify(values)} is ${bytes}`, () => {
		assert.deepEqual(Buffer.from(encodeKey(values)), hex(bytes));
		assert.deepEqual(
			decodeKey(hex(bytes)),
			values.map((value) => (value === 0 ? 0 : value)),
		);
	});
}

for (const { bytes, message } of [
	{ bytes: "04 0000", message: "key: there is no type 4" },
	{ bytes: "01", message: "key: value 0 ends beyond the key" },
	{ bytes: "01 0002 61", message: "key: value 0 ends beyond the key" },
	{ bytes: "01 0001 ff", message: "key: a text is not UTF-8" },
	{ bytes: "02 0002 3037", message: "key: a number is not written as it must be" },
	{ bytes: "02 0003 312e30", message: "key: a number is not written as it must be" },
	{ bytes: "02 0002 2d30", message: "key: a number is not written as it must be" },
	{ bytes: "02 0000", message: "key: a number is not written as it must be" },
	{ bytes: "02 0003 4e614e", message: "key: a number is not written as it must be" },
	{ bytes: "03 0001 02", message: "key: a boolean is one byte, 0 or 1" },
	{ bytes: "03 0002 0000", message: "key: a boolean is one byte, 0 or 1" },
	{ bytes: "01 0000".repeat(9), message: "key: more than 8 values" },
	{ bytes: `01 0400${"61".repeat(1024)}`, message: "key: 1027 bytes must be at most 1024" },
]) {
	test(`refuses ${bytes.slice(0, 30)}: ${message}`, () => {
		assert.throws(() => decodeKey(hex(bytes)), { name: "MixerError", code: "invalid", message });
	});
}

const value = fc.oneof(
	fc.string({ maxLength: 20, unit: "grapheme" }),
	fc.constantFrom("", "7", "true", "\u0001\u0000\u0001a", "a\u0001\u0000\u0001b"),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.integer(),
	fc.boolean(),
);
const list = fc.array(value, { maxLength: 8 });

test("no two lists have the same bytes, and each comes back", () => {
	const plain = (values: readonly (string | number | boolean)[]) => JSON.stringify(values);
	fc.assert(
		fc.property(list, list, (a, b) => {
			assert.equal(keyText(encodeKey(a)), plain(a));
			assert.equal(Buffer.compare(encodeKey(a), encodeKey(b)) === 0, plain(a) === plain(b));
		}),
	);
});

test("an override's key is refused where it could not be sent", () => {
	const long = fc.array(fc.oneof(value, fc.string({ minLength: 100, maxLength: 256, unit: "grapheme" })), {
		maxLength: 8,
	});
	fc.assert(
		fc.property(long, (key) => {
			fc.pre(key.every((each) => typeof each !== "string" || each.length <= 256));
			assert.equal(quotaKeySchema.safeParse(key).success, encodeKey(key).length <= MAX_KEY_BYTES);
		}),
	);
});
