import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { inputLeaves } from "../../../mixer/api/generated/vocabulary.ts";
import { BODY_PARTS } from "../../../mixer/policy/body-parts.ts";
import { describeExplanations } from "../../../mixer/policy/explain.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

test("the parts of the body are places of the input", () => {
	const leaves = inputLeaves.map(({ path }) => path.join("."));
	assert.deepEqual(
		BODY_PARTS.filter((part) => !leaves.includes(part.join("."))),
		[],
	);
});

/** What a policy requires of the input, and of the body. */
const cases: readonly (readonly [
	name: string,
	rego: string,
	body: string,
	inputs: readonly string[],
	more?: string,
])[] = [
	["nothing of it", "input.request.method", "none", ["request.method"]],
	["a part of the parsed body", "input.parsed_body.a.b", "whole", ["parsed_body.a.b"]],
	["an element of a list in it", "input.parsed_body.a[0].b", "whole", ["parsed_body.a"]],
	["its text", "input.attributes.request.http.body", "whole", ["attributes.request.http.body"]],
	["its bytes", "input.attributes.request.http.rawBody", "whole", ["attributes.request.http.rawBody"]],
	["whether it is truncated", "input.truncated_body", "truncated", ["truncated_body"]],
	["both", "[input.truncated_body, input.parsed_body.a]", "truncated", ["parsed_body.a", "truncated_body"]],
	["the whole input", "json.marshal(input)", "none", [""]],
	["the whole input, by walking it", '{"allowed": {p | walk(input, [p, "evil"])} == set()}', "none", [""]],
	["a part of the input whose name the request says", "input[input.request.method]", "none", [""]],
	["what the body stands in", "count(input.attributes.request.http)", "none", ["attributes.request.http"]],
	[
		"the whole input, and a part of the body by its name",
		"[json.marshal(input), input.parsed_body.a]",
		"whole",
		["", "parsed_body.a"],
	],
	[
		"the whole input, the body with it",
		"json.marshal(input)",
		"whole",
		["", "attributes.request.http.body", "attributes.request.http.rawBody", "parsed_body", "truncated_body"],
		", body: all",
	],
	[
		"what the body stands in, the body with it",
		"[count(input.attributes.request.http), input.attributes.request.http.body]",
		"whole",
		["attributes.request.http", "attributes.request.http.body", "attributes.request.http.rawBody"],
		", body: all",
	],
];

describe("a Policy that reads", () => {
	for (const [name, rego, body, inputs, more = ""] of cases) {
		test(name, async (context) => {
			const { requirements } = await buildFiles(context, {
				"sluice.yaml": policyDocument({ more }),
				"shop/authz.rego": `package shop.authz\n\ndecision := ${rego}\n`,
			});
			const [policy] = requirements.policies;
			assert.equal(policy?.body, body);
			assert.deepEqual(
				policy?.inputs.map((path) => path.join(".")),
				inputs,
			);
		});
	}
});

for (const read of ["json.marshal(input)", '{p | walk(input, [p, "evil"])} == set()', "input[input.request.method]"]) {
	test(`who reads everything around the body is told that it is left out: ${read}`, (context) => isTold(context, read));
}

async function isTold(context: TestContext, read: string): Promise<void> {
	const rego = `package shop.authz\n\ndecision := ${read}\n`;
	const notice = "input is read as a whole, without the body: name a part of it, or say body: all";
	const build = await buildFiles(context, { "shop/authz.rego": rego });
	assert.deepEqual(build.warnings, [`shop/authz.rego:3: warning: ${notice}`]);
	assert.ok(describeExplanations(build.explanations).includes(`\n  ${notice}   shop/authz.rego:3\n`));
	const all = await buildFiles(context, {
		"sluice.yaml": policyDocument({ more: ", body: all" }),
		"shop/authz.rego": rego,
	});
	assert.deepEqual(all.warnings, []);
	assert.match(describeExplanations(all.explanations), /^ {2}reads input\.parsed_body {3}shop\/authz\.rego:3$/m);
}

test("Envoy tells the filter of bodies only where a Policy reads one", async (context) => {
	const exportsOf = async (rego: string) => {
		const { module } = await buildFiles(context, {
			"sluice.yaml": policyDocument({ placement: "proxy" }),
			"shop/authz.rego": `package shop.authz\n\ndecision := ${rego}\n`,
		});
		return WebAssembly.Module.exports(new WebAssembly.Module(module)).map(({ name }) => name);
	};
	const callbacks = ["proxy_on_request_body", "proxy_on_request_trailers"];
	const without = await exportsOf("input.request.method");
	assert.deepEqual(
		callbacks.filter((name) => without.includes(name)),
		[],
	);
	assert.ok(without.includes("proxy_on_request_headers"));
	const reading = await exportsOf("input.parsed_body.a");
	assert.deepEqual(
		callbacks.filter((name) => reading.includes(name)),
		callbacks,
	);
});
