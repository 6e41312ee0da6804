import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeFaults } from "../../../cli/revisions/describe-faults.ts";
import type { Fault } from "../../../mixer/fault.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const LONG = `x := ${Array.from({ length: 40 }, (_, i) => `input.a${i}`).join(" + ")}`;

for (const [what, source, fault, block] of [
	[
		"what was meant, under the word that is wrong",
		'\t\tinput.attributes.request.http.header["x-role"] == "staff"',
		{
			...{ line: 31, column: 3, code: "rego_type_error", hint: 'have "header", want one of: headers, method, path' },
			text: 'undefined ref: input.attributes.request.http.header["x-role"]',
		},
		`DIR/authz.rego:31: rego_type_error: undefined ref
   31 | input.attributes.request.http.header["x-role"] == "staff"
      |                               ^^^^^^ have "header", want one of: headers, method, path
`,
	],
	[
		"the second of two equal words, where that is the wrong one",
		"x if input.http.http.y == input.http",
		{ line: 7, column: 6, text: "undefined ref: input.http.http", hint: 'have "http", want one of: method' },
		`DIR/authz.rego:7: undefined ref
   7 | x if input.http.http.y == input.http
     |                 ^^^^ have "http", want one of: method
`,
	],
	[
		"a reference in full where the line has it by another name",
		"x if http.method",
		{ line: 9, text: "undefined ref: input.request.metod", hint: 'have "metod", want one of: method' },
		`DIR/authz.rego:9: undefined ref: input.request.metod
   9 | x if http.method
     | have "metod", want one of: method
`,
	],
	[
		"the word at a column",
		"\tdecision if role == 1",
		{ line: 102, column: 14, code: "rego_unsafe_var_error", text: "var role is unsafe" },
		`DIR/authz.rego:102: rego_unsafe_var_error: var role is unsafe
   102 | decision if role == 1
       |             ^^^^
`,
	],
	[
		"the end of a line where the file ends too soon",
		"decision := 1 ==",
		{ line: 4, column: 17, text: "unexpected eof token", source: "decision := 1 ==" },
		`DIR/authz.rego:4: unexpected eof token
   3 | decision := 1 ==
     |                 ^
`,
	],
	[
		"a line without a place in it",
		"x := http.send({})",
		{ line: 3, text: "the Mixer cannot run the built-in http.send" },
		`DIR/authz.rego:3: the Mixer cannot run the built-in http.send
   3 | x := http.send({})
`,
	],
	[
		"the part of a long line that is wrong",
		LONG,
		{ line: 1, column: LONG.indexOf("input.a30") + 1, text: "no", hint: 'have "a30"' },
		`DIR/authz.rego:1: no
   1 | ${LONG.slice(LONG.indexOf("a30") - 60, LONG.indexOf("a30") + 60)}
     | ${" ".repeat(60)}^^^ have "a30"
`,
	],
	["a fault of a whole file", "", { text: "package a is in b already" }, "DIR/authz.rego: package a is in b already\n"],
	[
		"what a failing test printed",
		"test_a if print(1)",
		{ line: 2, text: "data.a.test_a: FAIL", details: ["1", "2"] },
		"DIR/authz.rego:2: data.a.test_a: FAIL\n   2 | test_a if print(1)\n   1\n   2\n",
	],
	["a line that is not there", "", { line: 50, text: "odd" }, "DIR/authz.rego:50: odd\n"],
	[
		"nothing that moves the cursor",
		"x := \u001b[2J 1",
		{ line: 1, text: "bad\u001b[31m" },
		"DIR/authz.rego:1: bad\\u{1b}[31m\n   1 | x := \\u{1b}[2J 1\n",
	],
] as const satisfies readonly [string, string, Fault, string][]) {
	test(`shows ${what}`, async () => {
		const dir = await temporaryFolder();
		const line = "line" in fault ? fault.line : 1;
		const before = "source" in fault ? line - 2 : line - 1;
		const text = source === "" ? "" : `${"\n".repeat(Math.max(0, before))}${source}\n`;
		await writeFile(join(dir, "authz.rego"), text);
		const shown = await describeFaults(dir, [{ file: "authz.rego", ...fault }]);
		assert.equal(shown, ` ${block.replace("DIR", dir)}`);
	});
}

test("shows what is about no file, and says how many faults are not shown", async () => {
	const faults = Array.from({ length: 12 }, (_, i) => ({ text: `fault ${i}` }));
	const shown = (await describeFaults("shop", faults)).split("\n");
	assert.deepEqual(shown.slice(0, 2), [" fault 0", " fault 1"]);
	assert.deepEqual(shown.slice(9), [" fault 9", " … and 2 more: sluice build shop tells them all", ""]);
});
