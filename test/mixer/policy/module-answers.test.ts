import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../support/scale.ts";
import { opaEval } from "./opa-eval.ts";
import { type Place, policyIn } from "./policy-in.ts";

const rego = `package shop.authz

text := input.request.host

decision := {"values": [v | v := base64.decode(text)]} if input.request.method == "base64.decode"

decision := {"values": [v | v := base64url.decode(text)]} if input.request.method == "base64url.decode"

decision := {"values": [v | v := base64.is_valid(text)]} if input.request.method == "base64.is_valid"

decision := {"values": [v | v := json.unmarshal(text)]} if input.request.method == "json.unmarshal"

decision := {"values": [v | v := 6 / to_number(text)]} if input.request.method == "divide"

decision := {"values": [v | v := 6 % to_number(text)]} if input.request.method == "modulo"
`;

const encoded = fc
	.string({ maxLength: 9 })
	.map((text) => Buffer.from(text))
	.chain((bytes) => fc.constantFrom(bytes.toString("base64"), bytes.toString("base64url")));
const malformed = fc.tuple(encoded, fc.constantFrom("", "=", "==", "\n", "$", "Zg", "Zg==", "a"));
const base64 = fc.oneof(
	malformed.map(([a, b]) => a + b),
	malformed.map(([a, b]) => b + a),
	fc.constantFrom("", "\n", "\r\n", "="),
);

const exponent = fc.oneof(
	fc.constantFrom(30_101, 30_102, 30_103, -30_102, -30_103, -30_104, -30_105, 400, 2_147_483_648),
	fc.integer({ min: -40_000, max: 40_000 }),
);
const mantissa = fc.constantFrom("1", "9.990020", "9.990021", "-5.0049945", "5.0049946", "0", "0.001", "123.5", "0.0");
const beyond = fc.tuple(mantissa, exponent, fc.constantFrom("e", "E")).map(([m, n, e]) => `${m}${e}${n}`);
const json = fc.oneof(
	beyond.map((number) => `{"a": [true, ${number}]}`),
	beyond.map((number) => `{"${number}": "\\"${number}", "b": "x${number}"}`),
	fc.constantFrom("1", "[1e5", "", '"1e99999"', "[1.5e300, 2]"),
);
const divisor = fc.constantFrom("0", "-0", "0.0", "0e5", "0.00e-3", "2", "3", "0.5", "-2");

const questions = fc.oneof(
	fc.record({ method: fc.constantFrom("base64.decode", "base64url.decode", "base64.is_valid"), host: base64 }),
	fc.record({ method: fc.constant("json.unmarshal"), host: json }),
	fc.record({ method: fc.constantFrom("divide", "modulo"), host: divisor }),
);

const isFault = (answer: unknown) => typeof answer === "object" && answer !== null && "fault" in answer;

for (const place of ["mixer", "proxy"] satisfies Place[]) {
	test(`what OPA's module answers otherwise is answered as by opa in the ${place}`, async (context) => {
		const { dir, evaluate } = await policyIn(context, place, { strict: false, text: rego });
		const strict = await policyIn(context, place, { strict: true, text: rego });
		const samples = fc.sample(questions, { numRuns: scaled({ quick: 400, full: 20_000 }), seed: 5 });
		const inputs = samples.map((request) => ({ request }));
		const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs });
		let faults = 0;
		for (const [i, input] of inputs.entries()) {
			const why = JSON.stringify(input);
			const answer = evaluate(why);
			assert.deepEqual(answer, expected[i], why);
			const strictly = strict.evaluate(why);
			if (isFault(strictly)) faults++;
			else assert.deepEqual(strictly, expected[i], why);
			if (isFault(strictly)) assert.deepEqual(expected[i], { values: [] }, why);
		}
		assert.ok(faults > samples.length / 50, `${faults} faults`);
	});
}
