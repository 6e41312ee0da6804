import assert from "node:assert/strict";
import { before, test } from "node:test";
import { proveRegexes } from "../../../../mixer/policy/link/prove-regexes.ts";
import { regexFunctions } from "../../../../mixer/policy/link/regex-glue-calls.ts";
import { WasmReader, WasmWriter } from "../../../../mixer/policy/link/wasm-bytes.ts";
import { functionNames } from "../../../../mixer/policy/link/wasm-module.ts";
import { compileRego } from "../../../support/linked-filter.ts";
import { compileRegexes, startLinked } from "./regexes.ts";

const HEADER_BYTES = 8;
const FUNCTIONS = 1;

const elsewhere =
	"regular expressions can run in the proxy only as opa 1.22 compiles them: build with that, or set placement: mixer";
const builtins = Object.keys(regexFunctions);

let policyWasm: Uint8Array;

before(async () => {
	policyWasm = await compileRegexes();
});

/** The module with other names for its functions; without any where there are none. */
function named(names: ReadonlyMap<number, string>): Uint8Array {
	const reader = new WasmReader(policyWasm);
	const out = new WasmWriter();
	out.raw(reader.take(HEADER_BYTES));
	while (!reader.done) {
		const id = reader.byte();
		const section = reader.sized();
		if (id === 0 && new WasmReader(section).name() === "name") continue;
		out.byte(id);
		out.sized(section);
	}
	const [section, functions] = [new WasmWriter(), new WasmWriter()];
	functions.list([...names], ([number, name]) => {
		functions.unsigned(number);
		functions.name(name);
	});
	section.name("name");
	section.byte(FUNCTIONS);
	section.sized(functions.bytes);
	out.byte(0);
	out.sized(section.bytes);
	return out.bytes.slice();
}

function renamed(names: Readonly<Record<string, string>>): Uint8Array {
	return named(new Map([...functionNames(policyWasm)].map(([number, name]) => [number, names[name] ?? name])));
}

test("each built-in that the policies call has to be found by name", async () => {
	const faults: [wasm: Uint8Array, missing: string][] = [
		[renamed({ opa_glob_match: "opa_glob_match_2" }), "opa_glob_match for glob.match"],
		[
			renamed({ opa_regex_match: "regex_match", opa_regex_is_valid: "regex_is_valid" }),
			"opa_regex_match for regex.match, opa_regex_match for re_match, opa_regex_is_valid for regex.is_valid",
		],
		[renamed({ opa_boolean: "boolean" }), "opa_boolean"],
		[
			renamed({ "re2::RE2::Init(re2::StringPiece const&, re2::RE2::Options const&)": "re2::RE2::Init()" }),
			"re2::RE2::Init(re2::StringPiece const&, re2::RE2::Options const&)",
		],
	];
	for (const [wasm, missing] of faults) {
		await assert.rejects(startLinked(wasm, { builtins }), {
			code: "tool",
			message: `the module that opa compiled has no function ${missing}; ${elsewhere}`,
		});
	}
	await assert.doesNotReject(startLinked(policyWasm, { builtins: [...builtins, "regex.replace", "count"] }));
});

test("what is linked in has to answer what is known", async () => {
	const { instance } = await startLinked(policyWasm, { builtins });
	assert.doesNotThrow(() => proveRegexes(instance));
	const faults: [one: string, other: string, answer: string][] = [
		["opa_boolean", "opa_array_with_cap", "[]"],
		["opa_boolean", "opa_number_hash", "a failure"],
		["opa_regex_match", "opa_numbers_range", "undefined"],
		["opa_regex_match", "opa_unicode_decode_surrogate", "false"],
	];
	for (const [one, other, answer] of faults) {
		const names = { [one]: other, [other]: one };
		const { instance: wrong } = await startLinked(renamed(names), { builtins });
		assert.throws(() => proveRegexes(wrong), {
			code: "tool",
			message: `regex.match("^a(b+)$", "abb") is ${answer} in the linked filter, not true; ${elsewhere}`,
		});
	}
});

test("a policy's rules stay, whatever they are named", async () => {
	const rego = `package operator
std[name] := regex.match("^a", name) if some name in ["a", "b"]
parser_ := {name: value | some name in input.names; value := data.operator.std[name]}
`;
	const modules = { "operator.rego": rego };
	const { instance } = await startLinked(await compileRego({ modules, entrypoints: ["operator/parser_"] }));
	const rule = instance.entrypoints.get("operator/parser_") ?? -1;
	const { value = "" } = instance.evaluate(rule, Buffer.from('{"names": ["b", "a"]}'), 1_000_000);
	assert.deepEqual(JSON.parse(value), { a: true, b: false });
});

test("nothing is to be proven where nothing compiles a pattern", async () => {
	const modules = { "shop.rego": "package shop\nallow := input.a == 1\n" };
	const { instance } = await startLinked(await compileRego({ modules, entrypoints: ["shop/allow"] }));
	assert.doesNotThrow(() => proveRegexes(instance));
	assert.deepEqual(
		Object.values(regexFunctions).filter((name) => instance.has(name)),
		[],
	);
});
