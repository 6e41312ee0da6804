import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWarnings } from "../../../mixer/policy/explain.ts";
import { buildDir, buildFiles, examplePolicies } from "./policy-folder.ts";

const cases: [what: string, rego: string, warnings: readonly string[]][] = [
	[
		"in the rule itself, in its default and in its else",
		`
default decision := {"allowed": false, "staus": 403}

decision := {"allowed": true, "Headers": {}} if input.request.method == "GET"

else := {"allowed": false, "text": "no"} if input.request.method == "PUT"
`,
		[
			"shop/authz.rego:5: warning: the decision's field Headers means nothing and is ignored (did you mean headers?)",
			"shop/authz.rego:3: warning: the decision's field staus means nothing and is ignored",
			"shop/authz.rego:7: warning: the decision's field text means nothing and is ignored",
		],
	],
	[
		"in what a function, another rule, object.union or a partial rule gives",
		`
decision := answer(input.request.method)

answer(method) := object.union(base, {"rules": method}) if method == "GET"

answer(method) := whole if method == "PUT"

base := {"allowed": true, "reasons": "x"}

whole["allowed"] := true

whole["tll"] := 3 if input.request.host == "a"
`,
		[
			"shop/authz.rego:9: warning: the decision's field reasons means nothing and is ignored (did you mean reason?)",
			"shop/authz.rego:5: warning: the decision's field rules means nothing and is ignored (did you mean rule?)",

			"shop/authz.rego:7: warning: the decision's field tll means nothing and is ignored (did you mean ttl?)",
		],
	],
	[
		"not in objects that are no decisions",
		`
decision := {"allowed": count(words) > 0, "headers": {"x-any": "1"}, "dynamic_metadata": {"a": {"b": 1}}} if {
	input.request.host == "a"
} else := {"allowed": true, "headers": {"x-other": input.request.host}} if {
	input.request.host == "b"
} else := {"allowed": false, "rule": "c"}

words := {"some": 1, "other": input.request.method}
`,
		[],
	],
	["not where the decision is a boolean", '\ndecision if input.request.method == "GET"\n', []],
];

for (const [what, rego, warnings] of cases) {
	test(`warns of fields that mean nothing: ${what}`, async (context) => {
		const { explanations } = await buildFiles(context, { "shop/authz.rego": `package shop.authz\n${rego}` });
		assert.deepEqual(buildWarnings(explanations), warnings);
	});
}

test("the example policies give nothing to warn of", async () => {
	assert.deepEqual(buildWarnings((await buildDir(examplePolicies)).explanations), []);
});
