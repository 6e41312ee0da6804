import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const numRuns = scaled({ quick: 800, full: 30_000 });

const calls = {
	units: "units.parse(input.text)",
	bytes: "units.parse_bytes(input.text)",
	compare: "semver.compare(input.a, input.b)",
	valid: "[semver.is_valid(input.a), semver.is_valid(input.b)]",
	uuid: "uuid.parse(input.text)",
	range: "numbers.range_step(input.from, input.to, input.step)",
	count: "[strings.count(input.text, input.part), indexof_n(input.text, input.part)]",
	split: "strings.split_n(input.text, input.part, input.from)",
	hex: "hex.decode(input.text)",
	subset: "[object.subset(input.a, input.b), object.subset({x | some x in input.a}, {x | some x in input.b})]",
	paths: "graph.reachable_paths(input.graph, input.roots)",
	patch: "json.patch(input.document, input.patches)",
	marshal: "json.marshal_with_options(input.document, input.options)",
	yaml: "yaml.marshal(input.document)",
	yaml_back: "yaml.unmarshal(yaml.marshal(input.document))",
	yaml_read: "[yaml.is_valid(input.text), yaml.unmarshal(input.text)]",
};

const quantity = fc
	.tuple(
		fc.constantFrom("", "-", "+"),
		fc.constantFrom(
			"0",
			"1",
			"10",
			"1.5",
			"0.0001",
			".5",
			"5.",
			"1e3",
			"1E-3",
			"1e",
			"1.2.3",
			"123456789012345678901234567890",
			"3.14159265358979",
		),
		fc.constantFrom(
			"",
			"m",
			"M",
			"k",
			"K",
			"Ki",
			"ki",
			"kib",
			"KB",
			"MB",
			"mib",
			"MiB",
			"G",
			"Gi",
			"t",
			"P",
			"E",
			"ei",
			"EiB",
			"x",
			" ",
			'"',
			"b",
		),
	)
	.map((parts) => parts.join(""));

const identifier = fc.constantFrom("0", "1", "01", "10", "alpha", "beta", "rc1", "-", "1a", "99999999999999999999");
const version = fc
	.tuple(
		fc.constantFrom("", "v", "vv"),
		fc.array(fc.constantFrom("0", "1", "2", "10", "01", "9223372036854775808", "", "x"), {
			minLength: 2,
			maxLength: 4,
		}),
		fc.option(fc.array(identifier, { minLength: 1, maxLength: 3 })),
		fc.option(fc.array(identifier, { minLength: 1, maxLength: 2 })),
	)
	.map(
		([start, numbers, pre, build]) =>
			`${start}${numbers.join(".")}${pre ? `-${pre.join(".")}` : ""}${build ? `+${build.join(".")}` : ""}`,
	);
const plainVersion = fc
	.tuple(
		fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
		fc.array(identifier, { maxLength: 3 }),
	)
	.map(([numbers, pre]) => numbers.join(".") + (pre.length > 0 ? `-${pre.join(".")}` : ""));

const digits = fc.stringMatching(/^[0-9a-fA-F]{32}$/);
const uuid = fc.oneof(
	digits,
	fc
		.tuple(digits, fc.constantFrom("", "urn:uuid:", "{", "URN:UUID:", "x"), fc.constantFrom("", "}", "x"))
		.map(([hex, start, end]) => start + hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") + end),
	digits.map((hex) => hex.replace(/^(.{8})(.{4}).(.{3})(.{4})/, "$1-$2-1$3-$4-")),
	digits.map((hex) => hex.replace(/^(.{8})(.{4}).(.{3})(.{2}).{2}/, "$1-$2-2$3-$401-")),
);

const text = fc.oneof(
	fc.constantFrom("", "a", "aa", "aaa", "ab", "ba", "é", "😀a😀", "a b a", "0aF", "zz"),
	fc.string({ unit: "grapheme", maxLength: 6 }),
);
const small = fc.integer({ min: -12, max: 12 });
const item = fc.oneof(
	fc.integer({ min: 0, max: 4 }),
	fc.constantFrom("a", "b", null, true),
	fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
);
const holder = fc.oneof(
	fc.array(item, { maxLength: 5 }),
	fc.dictionary(fc.constantFrom("a", "b", "c"), fc.oneof(item, fc.dictionary(fc.constantFrom("x", "y"), item)), {
		maxKeys: 3,
	}),
);
const node = fc.constantFrom("a", "b", "c", "d", "e");
const document = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(fc.constantFrom("a", "b", "c"), holder));
const path = fc.oneof(
	fc.constantFrom("", "a", "/a", "/a/0", "/a/-", "/b", "/b/x", "/a/1", "/c/a", "a/b", "/~1", "/a/01"),
	fc.constantFrom(["a"], ["a", 0], ["b", "x"], []),
);
const patch = fc.record(
	{
		op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "other"),
		path,
		from: path,
		value: fc.oneof(item, holder),
	},
	{ requiredKeys: ["op", "path"] },
);
type Patch = { op: string; path: unknown; from?: unknown; value?: unknown };
/** opa itself comes to an end where the whole document is gone in the end, and so do tests of it. */
const keepsDocument = ({ op, path: at, from }: Patch) =>
	!["remove", "replace", "move"].includes(op) || [at, from].every((each) => each !== "" && String(each) !== "");
const patches = fc.array(patch.filter(keepsDocument), { maxLength: 3 });
const yamlText = fc.oneof(
	fc.constantFrom(
		"yes",
		"No",
		"0777",
		"0o17",
		"0x1F",
		"1_000",
		"1e3",
		".5",
		"~",
		"2023-01-01",
		"12:30:45",
		"'x'",
		"a: 1\na: 2",
		"- 1\n- [2, {a: b}]",
		"<<: {a: 1}\nb: 2",
	),
	fc.constantFrom(
		"&x {a: 1}\n",
		"a: &x [1]\nb: *x",
		"a: |\n  b\n  c\n",
		"a: >-\n  b\n  c\n",
		"a: !!str 1",
		"? [1]\n: 2",
		"1: a\ntrue: b",
		"a: .inf",
		"--- 1\n--- 2",
		"\t- a",
		"{a: 1",
		"# c\n",
		"-0b11",
	),
	fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
);

const question = fc.oneof(
	fc.record({ call: fc.constantFrom("units", "bytes"), text: quantity }),
	fc.record({ call: fc.constantFrom("compare", "valid"), a: version, b: version }),
	fc.record({ call: fc.constant("compare"), a: plainVersion, b: plainVersion }),
	fc.record({ call: fc.constant("uuid"), text: uuid }),
	fc.record({ call: fc.constant("range"), from: small, to: small, step: small }),
	fc.record({ call: fc.constant("count"), text, part: text }),
	fc.record({ call: fc.constant("split"), text, part: text, from: small }),
	fc.record({ call: fc.constant("hex"), text }),
	fc.record({ call: fc.constant("subset"), a: holder, b: holder }),
	fc.record({
		call: fc.constant("paths"),
		graph: fc.dictionary(node, fc.array(node, { maxLength: 3 })),
		roots: fc.array(node, { maxLength: 2 }),
	}),
	{
		weight: 4,
		arbitrary: fc.record({ call: fc.constant("patch"), document, patches }),
	},
	fc.record({
		call: fc.constant("marshal"),
		document,
		options: fc.record(
			{ prefix: fc.constantFrom("", ">"), indent: fc.constantFrom("", "  ", "\t"), pretty: fc.boolean() },
			{ requiredKeys: [] },
		),
	}),
	fc.record({ call: fc.constantFrom("yaml", "yaml_back"), document }),
	fc.record({ call: fc.constant("yaml_read"), text: yamlText }),
);

test("units, versions, strings, numbers, JSON and YAML answer as opa's own", async (context) => {
	const unsupported = await sameAsOpa(context, { calls, inputs: fc.sample(question, { numRuns, seed: 5 }) });
	assert.ok(unsupported < numRuns / 50, `${unsupported} not supported`);
});
