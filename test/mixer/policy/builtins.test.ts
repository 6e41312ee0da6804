import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PolicyInstance } from "../../../mixer/policy/policy-instance.ts";
import { scaled } from "../../support/scale.ts";
import { compileModule } from "./compile-module.ts";
import { opaEval } from "./opa-eval.ts";
import { policyFolder } from "./policy-folder.ts";

const rego = `package shop.authz

decision := sprintf(input.format, input.values) if input.call == "sprintf"

decision := sprintf("%v|%s|%v", [{x | some x in input.values}, {1, 2}, {"s": set()}]) if input.call == "sets"

decision := strings.any_prefix_match(input.texts, input.bases) if input.call == "prefix"

decision := strings.any_suffix_match(input.texts, input.bases) if input.call == "suffix"

decision := strings.any_prefix_match({t | some t in input.texts}, {b | some b in input.bases}) if input.call == "prefix_sets"

decision := [crypto.md5(input.text), crypto.sha1(input.text), crypto.sha256(input.text)] if input.call == "digest"

decision := [
	crypto.hmac.md5(input.text, input.key),
	crypto.hmac.sha1(input.text, input.key),
	crypto.hmac.sha256(input.text, input.key),
	crypto.hmac.sha512(input.text, input.key),
] if input.call == "hmac"

decision := hex.encode(input.text) if input.call == "hex"

decision := [time.now_ns() == time.now_ns(), time.now_ns() > 1700000000000000000] if input.call == "now"
`;

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const plainText = fc.constantFrom("", "a", "abc", "a b", 'q"q', "ü", "%d");
const number = fc.oneof(
	fc.integer(),
	fc.constantFrom(0, 1, -1, 0.5, -2.25, 1e20, 1e21, 1.5e21, 1e-4, 1e-5, 123456.789, 0.1, 1 / 3, 5e-324),
	fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
);
const value = fc.oneof(plainText, number, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }));
const verb = fc.constantFrom(
	"%v",
	"%s",
	"%d",
	"%x",
	"%X",
	"%o",
	"%b",
	"%5d",
	"%-5d|",
	"%05d",
	"%+d",
	"% d",
	"%.2s",
	"%8s",
	"%-8s|",
	"%%",
	"%t",
	"%q",
	"%10q|",
	"%c",
	"%U",
	"%8U|",
	"%T",
	"%O",
	"%E",
	"%G",
	"%k",
);
const realVerb = fc.constantFrom(
	"%v",
	"%f",
	"%.2f",
	"%8.3f",
	"%-9.1f|",
	"%09.2f",
	"%+.1f",
	"%e",
	"%.3e",
	"%g",
	"%.3g",
	"%E",
	"%.2E",
	"%G",
	"%T",
	"%q",
	"%c",
	"%d",
);
const words = fc.array(plainText, { minLength: 1, maxLength: 3 });

const question = fc.oneof(
	fc.record({
		call: fc.constant("sprintf"),
		format: fc
			.array(
				fc.oneof(
					verb,
					plainText.filter((t) => !t.includes("%")),
				),
				{ maxLength: 4 },
			)
			.map((parts) => parts.join("")),
		values: fc.array(
			fc.oneof(
				plainText,
				fc.integer(),
				fc.constantFrom(65, 0x1f600, 0xd800, 0x110000, -1, 9),
				fc.boolean(),
				fc.constant(null),
				fc.jsonValue({ maxDepth: 2 }).filter((v) => typeof v !== "number"),
			),
			{ maxLength: 4 },
		),
	}),
	fc.record({ call: fc.constant("sprintf"), format: realVerb, values: fc.tuple(number) }),
	fc.record({ call: fc.constant("sets"), values: fc.array(value, { maxLength: 3 }) }),
	fc.record({ call: fc.constantFrom("prefix", "suffix", "prefix_sets"), texts: words, bases: words }),
	fc.record({ call: fc.constantFrom("digest", "hex"), text }),
	fc.record({ call: fc.constant("hmac"), text, key: text }),
	fc.record({ call: fc.constant("now") }),
);

test("every built-in of the host answers as opa's own", async (context) => {
	const dir = await policyFolder(context, { "shop/authz.rego": rego });
	const module = new WebAssembly.Module(await compileModule(dir));
	const open = () => new PolicyInstance({ module, data: Buffer.from("{}"), now: Date.now });
	const inputs = fc.sample(question, { numRuns: scaled({ quick: 1000, full: 50_000 }), seed: 3 });
	const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs });
	let instance = open();
	let unsupported = 0;
	for (const [i, input] of inputs.entries()) {
		const bytes = Buffer.from(JSON.stringify(input));
		let answer: unknown;
		try {
			answer = JSON.parse(instance.evaluate(0, bytes) ?? "null");
		} catch (error) {
			// What is not supported is an error, never another answer.
			assert.match(String(error), /is not supported here|so large a number/, JSON.stringify(input));
			instance = open();
			unsupported++;
			continue;
		}
		assert.deepEqual(answer, expected[i], JSON.stringify(input));
	}
	assert.ok(unsupported < inputs.length / 10, `${unsupported} not supported`);
});
