import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "../../../mixer/api/generate.ts";
import { readVocabulary } from "../../../mixer/api/generate-vocabulary.ts";
import { MixerError } from "../../../mixer/error.ts";
import { checkout } from "../../support/programs.ts";

const yaml = readFileSync(join(checkout, "mixer/api/attributes.yaml"), "utf8");

for (const [path, text] of generate(yaml)) {
	test(`${path} is up to date: run node mixer/api/generate.ts`, () => {
		assert.equal(readFileSync(join(checkout, path), "utf8"), text);
	});
}

test("makes the same of the same file, always", () => {
	assert.deepEqual([...generate(yaml)], [...generate(yaml)]);
});

const good = `attributes:
  - name: request.method
    type: string
    when: request
    from: { header: ":method" }
    doc: "The method."
  - name: response.code
    type: int64
    when: log
    from: { property: response.code }
    doc: "The status."
input:
  - path: attributes.request.http.method
    like: request.method
    differs: "In a way."
  - path: parsed_body
    type: json
    from: { filter: parsed_body }
    doc: "The body."
absent:
  - path: attributes.source.labels
    doc: "Nobody fills it."
`;

test("reads a vocabulary", () => {
	const { attributes, inputOnly, leaves, absent } = readVocabulary(good, "a.yaml");
	assert.deepEqual(
		attributes.map(({ name, type, when, source }) => [name, type, when, source.kind, source.name]),
		[
			["request.method", "string", "request", "header", ":method"],
			["response.code", "int64", "log", "property", "response.code"],
		],
	);
	assert.deepEqual(
		inputOnly.map(({ name, type }) => [name, type]),
		[["input.parsed_body", "json"]],
	);
	assert.deepEqual(
		leaves.map(({ path, differs }) => [path.join("."), differs]),
		[
			["attributes.request.http.method", "In a way."],
			["parsed_body", undefined],
			["request.method", undefined],
		],
	);
	assert.deepEqual(absent, [{ path: ["attributes", "source", "labels"], doc: "Nobody fills it." }]);
});

const faults: readonly (readonly [what: string, from: string, to: string, message: string])[] = [
	[
		"YAML that is none",
		"name: request.method",
		"name: [",
		"a.yaml:3 Flow sequence in block collection must be sufficiently indented and end with a ]",
	],
	["a list that is none", "input:\n", "input: 5\nrest:\n", "a.yaml:1 input: must be a list"],
	[
		"an unknown field",
		"when: request",
		"whn: request",
		"a.yaml:2 whn: there is no such field\na.yaml:2 when: is missing",
	],
	[
		"an unknown type",
		"type: int64",
		"type: int",
		"a.yaml:7 type: int must be one of string, int64, double, bool, bytes, ip, timestamp, duration, string_map, string_list, string_list_map",
	],
	[
		"a name that is none",
		"name: response.code",
		"name: Response",
		"a.yaml:7 name: Response must match ^[a-z_]+(\\.[a-z_]+)+$",
	],
	[
		"JSON in a record",
		"type: int64",
		"type: json",
		"a.yaml:7 type: json must be one of string, int64, double, bool, bytes, ip, timestamp, duration, string_map, string_list, string_list_map",
	],
	[
		"an absent path that is there",
		"attributes.source.labels",
		"parsed_body.a",
		"a.yaml:21 parsed_body.a is in the input, as parsed_body",
	],
	["an absent path without a reason", 'labels\n    doc: "Nobody fills it."', "labels", "a.yaml:21 doc: is missing"],
	["a missing doc", '    doc: "The method."\n', "", "a.yaml:2 doc: is missing"],
	[
		"two sources",
		'{ header: ":method" }',
		'{ header: ":method", property: x }',
		"a.yaml:2 from: must be one of {header: NAME}, {property: PATH}, {filter: NAME}",
	],
	[
		"a header name in capitals",
		'{ header: ":method" }',
		"{ header: Method }",
		"a.yaml:2 from: must be one of {header: NAME}, {property: PATH}, {filter: NAME}",
	],
	["a header that is no string", "type: string", "type: int64", "a.yaml:2 type: a header is a string, not int64"],
	["a name twice", "name: response.code", "name: request.method", "a.yaml:7 name: request.method stands here twice"],
	[
		"an unknown attribute to be like",
		"like: request.method",
		"like: request.mehtod",
		"a.yaml:13 like: there is no attribute request.mehtod",
	],
	[
		"a record's attribute in the input",
		"like: request.method",
		"like: response.code",
		"a.yaml:13 like: response.code is known only at log time",
	],
	[
		"a path below a value",
		"attributes.request.http.method",
		"request.method.x",
		"a.yaml:13 request.method.x clashes with request.method",
	],
	[
		"a path above a value",
		"attributes.request.http.method",
		"request",
		"a.yaml:13 request clashes with request.method",
	],
	[
		"like and more",
		"like: request.method",
		"like: request.method\n    type: string",
		"a.yaml:13 type: comes from like",
	],
	[
		"a place in the input that a map has",
		'  - path: attributes.request.http.method\n    like: request.method\n    differs: "In a way."',
		"  - 5",
		"a.yaml:13 must be a map",
	],
];

for (const [what, from, to, message] of faults) {
	test(`refuses ${what}`, () => {
		assert.ok(good.includes(from));
		assert.throws(
			() => readVocabulary(good.replace(from, to), "a.yaml"),
			(error) => {
				assert.ok(error instanceof MixerError);
				assert.equal(error.code, "invalid");
				assert.equal(error.message.split("\n\n")[0]?.replace(/ at line .*/s, ""), message);
				return true;
			},
		);
	});
}
