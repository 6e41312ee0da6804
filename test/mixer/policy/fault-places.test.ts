import assert from "node:assert/strict";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { withColumns } from "../../../mixer/policy/opa-columns.ts";
import { buildFiles, buildRego } from "./policy-folder.ts";

const file = "shop/authz.rego";

for (const [what, rego, faults] of [
	[
		"of a misspelt path",
		'decision if {\n\tinput.request.hots == "a"\n}',
		[
			{
				...{ file, line: 4, column: 2, code: "rego_type_error", text: "undefined ref: input.request.hots" },
				hint: 'have "hots", want one of: header_values, headers, host, id, method, path, path_segments, query, query_params, referer, scheme, time, url_path, useragent',
			},
		],
	],
	[
		"of an unsafe variable",
		"decision if method",
		[{ file, line: 3, column: 13, code: "rego_unsafe_var_error", text: "var method is unsafe" }],
	],
	[
		"of a syntax error",
		"decision := input.request.method ==",
		[
			{
				...{ file, line: 4, column: 35, code: "rego_parse_error", text: "unexpected eof token" },
				source: "decision := input.request.method ==",
			},
		],
	],
] as const) {
	test(`a build tells the columns ${what}`, async (context) => {
		await assert.rejects(buildRego(context, rego), (error: unknown) => {
			assert.ok(error instanceof MixerError);
			assert.deepEqual(error.faults, faults);
			return true;
		});
	});
}

test("a build tells failing tests one by one, without counting the line that counts them", async (context) => {
	const tests = "package shop.authz_test\n\ntest_a if false\n\ntest_b if {\n\tprint(1)\n\tfalse\n}\n";
	const building = buildFiles(context, {
		[file]: "package shop.authz\n\ndecision := true\n",
		"shop/authz_test.rego": tests,
	});
	await assert.rejects(building, (error: unknown) => {
		assert.ok(error instanceof MixerError);
		assert.deepEqual(
			error.faults.map(({ file, line, text }) => [file, line, text]),
			[
				["shop/authz_test.rego", 3, "data.shop.authz_test.test_a: FAIL"],
				["shop/authz_test.rego", 5, "data.shop.authz_test.test_b: FAIL"],
			],
		);
		return true;
	});
});

test("columns of other errors are not taken", () => {
	const faults = [{ file, line: 3, text: "a" }];
	const at = (row: number, col: number) => JSON.stringify({ errors: [{ location: { file, row, col } }] });
	assert.deepEqual(withColumns(faults, at(3, 7)), [{ ...faults[0], column: 7 }]);
	for (const json of [at(4, 7), at(3, 0), "{}", "no JSON", ""]) assert.deepEqual(withColumns(faults, json), faults);
});
