import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFaults } from "../../mixer/fault-text.ts";

for (const [what, text, faults] of [
	[
		"a type error with what would be right",
		'a/b.rego:5: rego_type_error: undefined ref: input.x\n\tinput.x\n\t      ^\n\t      have: "x"\n\t      want (one of): ["y" "z"]',
		[
			{
				...{ file: "a/b.rego", line: 5, code: "rego_type_error", text: "undefined ref: input.x" },
				hint: 'have "x", want one of: y, z',
			},
		],
	],
	[
		"wrong arguments",
		"b.rego:6: rego_type_error: count: invalid argument(s)\n\thave: (number)\n\twant: (collection: any<…>)",
		[
			{
				...{ file: "b.rego", line: 6, code: "rego_type_error", text: "count: invalid argument(s)" },
				hint: "have (number), want (collection: any<…>)",
			},
		],
	],
	[
		"an error of syntax, whose line of source is left out",
		"b.rego:4: rego_parse_error: unexpected eof token\n\tx := {\n\t     ^",
		[{ file: "b.rego", line: 4, code: "rego_parse_error", text: "unexpected eof token" }],
	],
	[
		"a path that ends too late",
		'b.rego:5: undefined ref: input.x.y\n\thave: "y"\n\tnothing stands below it',
		[{ file: "b.rego", line: 5, text: "undefined ref: input.x.y", hint: 'have "y", nothing stands below it' }],
	],
	[
		"a failing test with what it printed",
		"b_test.rego:7: data.b_test.test_post: FAIL\n  asking with POST\n  twice",
		[{ file: "b_test.rego", line: 7, text: "data.b_test.test_post: FAIL", details: ["asking with POST", "twice"] }],
	],
	[
		"several, of documents and data",
		"sluice.yaml:1 Policy shop: no rule\nall.yml:7:10 spec.limit: -1 is too small\na b/data.json: is no object",
		[
			{ file: "sluice.yaml", line: 1, text: "Policy shop: no rule" },
			{ file: "all.yml", line: 7, column: 10, text: "spec.limit: -1 is too small" },
			{ file: "a b/data.json", text: "is no object" },
		],
	],
	[
		"what has no place",
		"handler log (jsonlog): there is no folder logs\nthe file a.json is missing",
		[{ text: "handler log (jsonlog): there is no folder logs" }, { text: "the file a.json is missing" }],
	],
	["nothing", "", []],
] as const) {
	test(`reads ${what}`, () => assert.deepEqual(parseFaults(text), faults));
}
