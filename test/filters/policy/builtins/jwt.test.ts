import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import { assertSameAsOpa } from "./same-as-opa.ts";

let module: BuiltinsModule;
const numRuns = scaled({ quick: 2000, full: 30_000 });

before(async () => {
	module = await BuiltinsModule.build();
});

function encoded(bytes: string | Uint8Array): string {
	return Buffer.from(bytes).toString("base64url");
}

/** OPA says in detail what is wrong with JSON. */
function sameFault(ours: string, opas: string): boolean {
	return ours === opas || (ours.endsWith("invalid JSON") && opas.startsWith(ours));
}

const json = fc.oneof(
	fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }).map((value) => JSON.stringify(value)),
	fc
		.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }))
		.map((value) => JSON.stringify(value, null, 1)),
	fc.constantFrom(
		'{"a":1,"a":2}',
		'{"a":{"b":1,"b":[2]},"a":{"c":1}}',
		"{}null",
		"{}nullx",
		"{} {}",
		"{}x",
		"{} ",
		"[]",
		"1",
		"null",
		"",
	),
	fc.constantFrom(
		'{"n":1.0,"m":1E5,"o":-0,"p":12345678901234567890.5}',
		'{"s":"\\ud800","t":"\\udc00x","u":"\\ud83d\\ude00","v":"\\ud800\\u0041"}',
	),
	fc.constantFrom(
		'{"a":01}',
		'{"a":1.}',
		"{'a':1}",
		'{"a":"\t"}',
		'{"a" 1}',
		"{1:2}",
		'{"a":set()}',
		"{1}",
		'{"a":1,}',
		'{"a":tru}',
		'{"\\u0061":"\\/"}',
	),
);
const header = fc.oneof(
	fc.constantFrom(
		'{"alg":"HS256"}',
		'{"alg":"none","cty":"text"}',
		'{"enc":"A128"}',
		'{"cty":"JWT"}',
		'{"enc":null}',
		'{"cty":"x","cty":"JWT"}',
		"{}",
	),
	json,
);
const rawBytes = fc.uint8Array({ maxLength: 12 });
const part = fc.oneof(
	{ weight: 4, arbitrary: json.map(encoded) },
	rawBytes.map(encoded),
	fc.constantFrom("", "!", "a", "YQ==", "YQ=", "Y Q", "YQ\n", "Y\rQ=\n=", "e30=x", "e30=\n", "+/8="),
);
const tail = fc.oneof(rawBytes.map(encoded), part);
const plain = fc
	.tuple(fc.oneof({ weight: 4, arbitrary: header.map(encoded) }, part), part, tail)
	.map((parts) => parts.join("."));
const nested = fc
	.tuple(plain, fc.constantFrom("", '"', "'", "\"'"), tail)
	.map(([inner, quote, last]) => `${encoded('{"cty":"JWT"}')}.${encoded(quote + inner + quote)}.${last}`);
const notUtf8 = fc
	.tuple(rawBytes, fc.constantFrom("a", ""))
	.map(([bytes, key]) => `e30.${encoded(Buffer.concat([Buffer.from(`{"${key}":"`), bytes, Buffer.from('"}')]))}.`);
const token = fc.oneof(
	{ weight: 5, arbitrary: plain },
	{ weight: 2, arbitrary: nested },
	notUtf8,
	fc.string({ unit: fc.constantFrom(..."e30=.\n!"), maxLength: 14 }),
);

test("tokens are taken apart as opa does it", async () => {
	const tokens = fc.sample(token, { numRuns, seed: 14 });
	const calls = tokens.map((words) => ({ name: "io.jwt.decode", args: [JSON.stringify(words)] }));
	assert.equal(await assertSameAsOpa(module, calls, sameFault), 0);
});

const refused: [name: string, token: string, fault: string][] = [
	["no dots", '"abc"', "encoded JWT had no period separators"],
	["one dot", '"a.b"', "encoded JWT must have 3 sections, found 2"],
	["encryption", `"${encoded('{"enc":"A128GCM"}')}.e30."`, "JWT is a JWE object, which is not supported"],
	["a header that is a list", `"${encoded("[]")}.e30."`, "bad JWT header: decoded JSON type was not an Object"],
	["a payload that is no JSON", '"e30.e.x"', "JWT payload had invalid encoding: illegal base64url string: e"],
	["a content type that is a number", `"${encoded('{"cty":1}')}.e30."`, "cty is not a string"],
	["a number", "1", "operand 1 must be string but got number"],
];
for (const [name, words, fault] of refused) {
	test(`refuses ${name}`, () => {
		assert.deepEqual(module.run("io.jwt.decode", [words]), {
			status: "error",
			fault: `io.jwt.decode: ${fault}`,
			opas: true,
		});
	});
}

test("tokens nest to a bound", () => {
	const wrap = (inner: string, depth: number): string =>
		depth === 0 ? inner : wrap(`${encoded('{"cty":"JWT"}')}.${encoded(inner)}.`, depth - 1);
	const decode = (depth: number) => module.run("io.jwt.decode", [`"${wrap(`${encoded('{"a":1}')}.e30.AA`, depth)}"`]);
	assert.deepEqual(decode(15), { status: "ok", value: '[{"a":1},{},"00"]' });
	assert.deepEqual(decode(16), {
		status: "error",
		fault: "io.jwt.decode: a token nested so deep is not available in the proxy",
		opas: false,
	});
});
