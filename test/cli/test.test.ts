import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, type TestContext, test } from "node:test";
import { Command } from "commander";
import { addTestCommand } from "../../cli/commands/test.ts";
import { policyDocument, policyFolder } from "../mixer/policy/policy-folder.ts";
import { checkout } from "../support/programs.ts";

afterEach(() => {
	process.exitCode = undefined;
});

/** `sluice test …`; what it printed and its exit status. */
async function sluiceTest(...args: readonly string[]) {
	let printed = "";
	const stdout = { write: (text: string) => (printed += text) };
	const program = new Command("sluice").exitOverride();
	addTestCommand(program, { stdout, stderr: stdout });
	await program.parseAsync(["test", ...args], { from: "user" });
	const status = process.exitCode ?? 0;
	process.exitCode = undefined;
	return { printed, status };
}

function folder(context: TestContext, tests: string, settings = ""): Promise<string> {
	return policyFolder(context, {
		"sluice.yaml": policyDocument({ placement: "auto" }) + settings,
		"shop/authz.rego":
			"package shop.authz\n\ndefault decision := false\n\ndecision if input.request.method == data.open\n",
		"shop/data.json": '{"open": "GET"}',
		"shop/authz_test.rego": `package shop.authz_test\n\nimport data.shop.authz\n\n${tests}`,
	});
}

test("runs the example's tests in OPA and in the linked filter", async () => {
	assert.deepEqual(await sluiceTest(join(checkout, "policies")), {
		printed: " ✓ 17 tests pass in OPA, 17 in the linked filter\n",
		status: 0,
	});
});

test("names each failure with its place, and what is not run in the filter with the reason", async (context) => {
	const dir = await folder(
		context,
		`test_get if authz.decision with input.request.method as "GET"
test_put if authz.decision with input.request.method as "PUT"
test_two if true
test_two if 1 == 1
todo_test_more if false
test_hash if crypto.md5("a") != "b"
test_cases[name] if {
	some name, method in {"get": "GET", "put": "PUT"}
	authz.decision with input.request.method as method
}
test_false := false
`,
	);
	const { printed, status } = await sluiceTest(dir);
	assert.equal(status, 1);
	const place = (line: number, name: string) => `shop/authz_test.rego:${line}: data.shop.authz_test.${name}`;
	assert.deepEqual(printed.split("\n"), [
		`${place(6, "test_put")}: FAIL in OPA`,
		`${place(6, "test_put")}: FAIL in the linked filter: it is undefined`,
		`${place(7, "test_two")}: not run in the linked filter: another test has the same name`,
		`${place(8, "test_two#01")}: not run in the linked filter: another test has the same name`,
		`${place(9, "todo_test_more")}: not run in the linked filter: its name begins with todo_`,
		`${place(10, "test_hash")}: not run in the linked filter: the proxy cannot run the built-in crypto.md5`,
		`${place(11, "test_cases")}: FAIL in OPA`,
		`${place(11, "test_cases")}: FAIL in the linked filter: put: it is undefined`,
		`${place(15, "test_false")}: FAIL in OPA`,
		`${place(15, "test_false")}: FAIL in the linked filter: it is false`,
		" ✗ 4 tests pass in OPA, 1 in the linked filter; 3 fail in OPA, 3 in the linked filter",
		"",
	]);
});

test("runs regular expressions, though a test that has others can't be run", async (context) => {
	const dir = await folder(
		context,
		`test_regex if regex.match("^a+$", "aa")
test_hash if regex.find_all_string_submatch_n("a", crypto.md5("a"), -1) != []
`,
	);
	const { printed, status } = await sluiceTest(dir);
	assert.equal(status, 0);
	const place = "shop/authz_test.rego:6: data.shop.authz_test.test_hash";
	assert.deepEqual(printed.split("\n"), [
		`${place}: not run in the linked filter: the proxy cannot run the built-in crypto.md5`,
		" ✓ 2 tests pass in OPA, 1 in the linked filter",
		"",
	]);
});

test("fails a test that OPA passes and the filter's fuel does not", async (context) => {
	const settings =
		"---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}\nspec: {limits: {fuel: 10000}}\n";
	const tests = "test_long if count([1 | some a in numbers.range(1, 300); some b in numbers.range(1, 300)]) > 1\n";
	const dir = await folder(context, tests, settings);
	const { printed, status } = await sluiceTest(dir, "-o", "json");
	assert.equal(status, 1);
	assert.deepEqual(JSON.parse(printed), {
		tests: [
			{
				file: "shop/authz_test.rego",
				line: 5,
				name: "data.shop.authz_test.test_long",
				opa: { status: "pass" },
				proxy: { status: "fail", reason: "ran out of fuel" },
			},
		],
		opa: { pass: 1, fail: 0, skip: 0 },
		proxy: { pass: 0, fail: 1, skip: 0 },
	});
});

test("says that there are no tests", async (context) => {
	const dir = await folder(context, "");
	assert.deepEqual(await sluiceTest(dir), {
		printed: " ✓ 0 tests pass in OPA, 0 in the linked filter\n",
		status: 0,
	});
});
