import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readBundleFile } from "../../../../mixer/policy/bundle-file.ts";
import { opaProgram } from "../../../support/programs.ts";
import { curvePair, rsaPair, tokenOf } from "../../../support/tokens.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import { OpaModule } from "./opa-module.ts";

const rego = `package calls

numbers := {x | some x in input.numbers}

answer := {
	"printed": sprintf("%v|%s|%v|%d", [numbers, {"k": numbers, [1, 2]: {null}}, set(), input.numbers[0]]),
	"text": sprintf("%s %q", [input.text, input.text]),
	"computed": sprintf("%d %v %v", [input.numbers[0] * 3, count(numbers), sum([input.numbers[1], input.numbers[2]])]),
	"date": time.date(time.parse_rfc3339_ns(input.time)),
	"clock": time.clock([time.parse_ns("RFC3339", input.time), "UTC"]),
	"weekday": time.weekday(time.parse_rfc3339_ns(input.time)),
	"format": time.format([time.parse_rfc3339_ns(input.time), "", "RFC850"]),
	"later": time.add_date(time.parse_rfc3339_ns(input.time), 0, 1, 30),
	"diff": time.diff(time.parse_rfc3339_ns(input.time), 0),
	"duration": time.parse_duration_ns("1d12h"),
	"now": time.now_ns() > 0,
	"subset": object.subset({"a": numbers, [1]: "x"}, {"a": {input.numbers[1]}}),
	"prefix": strings.any_prefix_match({input.text}, {"x", substring(input.text, 0, 2)}),
	"suffix": strings.any_suffix_match([input.text], ["no"]),
	"claims": io.jwt.decode(input.token),
	"verified": [
		io.jwt.verify_rs256(input.rs256, input.keys),
		io.jwt.verify_rs384(input.rs256, input.keys),
		io.jwt.verify_rs512(input.rs256, input.keys),
		io.jwt.verify_es256(input.es256, input.keys),
		io.jwt.verify_es384(input.es256, input.keys),
		io.jwt.verify_es512(input.es256, input.keys),
		io.jwt.decode_verify(input.es256, {"cert": input.keys, "time": 1000, "iss": "us"}),
	],
}
`;

const rsa = rsaPair();
const curve = curvePair("P-256");
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const input = JSON.stringify({
	numbers: [12, 7, 0.5, -3, 1e21, 12345678901234],
	text: 'é"\\\u0000\n\u007f\u{1F600}',
	time: "2024-02-29T23:59:59.5+01:30",
	keys: JSON.stringify({ keys: [rsa, curve].map(({ publicKey }) => publicKey.export({ format: "jwk" })) }),
	rs256: tokenOf({ algorithm: "RS256", key: rsa.privateKey }),
	es256: tokenOf({ algorithm: "ES256", key: curve.privateKey, payload: { iss: "us", exp: 1.5 } }),
	token: `${part({ alg: "none", typ: "JWT" })}.${part({ sub: "ä", roles: ["a", { b: null }], iat: 1.5 })}.AP8`,
});

test("a policy that opa compiled gets from the filter's built-ins what it gets from opa", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "sluice-opa-"));
	context.after(() => rm(folder, { recursive: true }));
	await writeFile(join(folder, "calls.rego"), rego);
	await writeFile(join(folder, "input.json"), input);
	const opa = (...args: string[]) => promisify(execFile)(opaProgram(), args, { cwd: folder });
	await opa("build", "--target", "wasm", "--entrypoint", "calls/answer", "calls.rego");
	const evaluated = await opa("eval", "-f", "raw", "-d", "calls.rego", "-i", "input.json", "data.calls.answer");
	const builtins = await BuiltinsModule.build();
	const wasm = await readBundleFile(await readFile(join(folder, "bundle.tar.gz")), "/policy.wasm");
	const policy = new OpaModule(wasm, builtins);
	assert.deepEqual(JSON.parse(policy.evaluate(input)), [{ result: JSON.parse(evaluated.stdout) }]);
	const names = Array.from({ length: builtins.number("count") }, (_, id) => builtins.nameOf(id));
	assert.deepEqual(policy.leftToHost, names);
});
