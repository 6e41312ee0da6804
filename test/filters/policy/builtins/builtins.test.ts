import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import { z } from "zod";
import { opaProgram } from "../../../support/programs.ts";
import { scaled } from "../../../support/scale.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import { value } from "./rego-values.ts";

let module: BuiltinsModule;
let names: Names;

const Names = z.array(z.strictObject({ name: z.string(), arguments: z.int(), volatile: z.boolean() }));
type Names = z.infer<typeof Names>;
const Capabilities = z.object({
	builtins: z.array(
		z.object({
			name: z.string(),
			decl: z.object({ args: z.array(z.unknown()).default([]) }),
			nondeterministic: z.boolean().default(false),
		}),
	),
});

before(async () => {
	module = await BuiltinsModule.build();
	const file = new URL("../../../../filters/policy/builtins/names.json", import.meta.url);
	names = Names.parse(JSON.parse(await readFile(file, "utf8")));
});

test("names.json lists what the filter has", () => {
	const ours = Array.from({ length: module.number("count") }, (_, id) => ({
		name: module.nameOf(id),
		arguments: module.number("argumentsOf", id),
		volatile: module.number("isVolatile", id) === 1,
	}));
	assert.deepEqual(ours, names);
	assert.deepEqual(
		names.map(({ name }) => module.byName(name)),
		names.map((_, id) => id),
	);
});

test("opa knows each by that name, with as many arguments, and as volatile", async () => {
	const { stdout } = await promisify(execFile)(opaProgram(), ["capabilities", "--current"], { maxBuffer: 1 << 24 });
	const known = new Map(Capabilities.parse(JSON.parse(stdout)).builtins.map((builtin) => [builtin.name, builtin]));
	const opas = names.map(({ name }) => ({
		name,
		arguments: known.get(name)?.decl.args.length,
		volatile: known.get(name)?.nondeterministic,
	}));
	assert.deepEqual(opas, names);
});

for (const name of ["", "sprint", "sprintff", "http.send", "plus", "time.now_ns\0"]) {
	test(`${JSON.stringify(name)} is not in the proxy`, () => assert.equal(module.byName(name), -1));
}

test("another id or number of arguments is an error", () => {
	const error = (fault: string) => ({ status: "error", fault, opas: false });
	for (const id of [-1, names.length, 1 << 30]) {
		assert.deepEqual(module.runById(id, []), error("built-in: this one is not available in the proxy"));
	}
	const fault = "time.clock: this number of arguments is not available in the proxy";
	assert.deepEqual(module.run("time.clock", []), error(fault));
	assert.deepEqual(module.run("time.clock", ["1", "2"]), error(fault));
	assert.deepEqual(module.run("time.clock", Array(20).fill("1")), error(fault));
});

const malformed = [
	"",
	" ",
	"[",
	"{",
	"[1",
	"{1:",
	"{1: 2",
	"{1, 2: 3}",
	"{1: 2, 3}",
	"[1 2]",
	"1 2",
	'"',
	'"\\x"',
	"nul",
	"set(",
	"[1,]",
	"--1",
];
for (const text of malformed) {
	test(`${JSON.stringify(text)} is no value`, () => {
		assert.deepEqual(module.run("strings.any_prefix_match", [text, '""']), {
			status: "error",
			fault: "strings.any_prefix_match: an argument that is no value is not available in the proxy",
			opas: false,
		});
	});
}

test("values are read whatever their white space and escapes", () => {
	const run = (search: string, base: string) => module.run("strings.any_prefix_match", [search, base]);
	assert.deepEqual(run(' [ "\\u0061b" ,"c" ]\n', '{"ab"}'), { status: "ok", value: "true" });
	assert.deepEqual(run('"\\ud83d\\ude00"', '"\u{1F600}"'), { status: "ok", value: "true" });
	assert.deepEqual(run(" [ ] ", " set() "), { status: "ok", value: "false" });
});

/** Bytes that look like values now and then. */
const junk = fc.oneof(
	fc.uint8Array({ maxLength: 40 }),
	fc
		.string({ unit: fc.constantFrom(...'{}[]":,\\u0d8e1-.%+ setnull()aZT'), maxLength: 30 })
		.map((text) => Buffer.from(text)),
	fc.tuple(value, fc.nat(), fc.uint8Array({ maxLength: 2 })).map(([text, at, bytes]) => {
		const whole = Buffer.from(text);
		const place = at % (whole.length + 1);
		return Buffer.concat([whole.subarray(0, place), bytes, whole.subarray(place + 1)]);
	}),
	fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.concat([Buffer.from('"%v'), bytes, Buffer.from('"')])),
);

test("whatever the arguments are, there is an answer or a fault, and memory stays", () => {
	const call = fc.record({ id: fc.nat(names.length - 1), args: fc.array(junk, { minLength: 4, maxLength: 4 }) });
	const calls = fc.sample(call, { numRuns: scaled({ quick: 10_000, full: 300_000 }), seed: 17 });
	let answered = 0;
	const runAll = () => {
		for (const { id, args } of calls) {
			const answer = module.runById(id, args.slice(0, names[id]?.arguments));
			if (answer.status === "ok") answered++;
			else assert.ok(answer.fault.startsWith(`${names[id]?.name}: `), answer.fault);
		}
	};
	runAll();
	assert.ok(answered > calls.length / 100, `${answered} answered`);
	const { memoryBytes } = module;
	runAll();
	runAll();
	assert.equal(module.memoryBytes, memoryBytes);
});

test("good calls leave memory as it is", () => {
	const calls: [name: string, args: string[]][] = [
		["sprintf", ['"%v %d %8.3f %q %x"', '[{"a": {1, 2}}, 12, 3.25, "é", "xyz"]']],
		["time.format", ['[1700000000000000000, "", "RFC1123"]']],
		["time.parse_ns", ['"RFC1123"', '"nonsense"']],
		["time.parse_duration_ns", ['"1d2h"']],
		["io.jwt.decode", ['"eyJhIjoxfQ.e30.AAAA"']],
		["object.subset", ['{"a": [1, 2, 3]}', '{"a": [2, 3]}']],
	];
	for (const [name, args] of calls) module.run(name, args);
	const { memoryBytes } = module;
	for (let i = 0; i < scaled({ quick: 5000, full: 1_000_000 }); i++) {
		for (const [name, args] of calls) module.run(name, args);
	}
	assert.equal(module.memoryBytes, memoryBytes);
});
