import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { checkout } from "../../support/programs.ts";
import { buildDir, buildFiles, buildRego, policyDocument, policyFolder } from "./policy-folder.ts";

const faults = join(checkout, "test/testdata/policies/faults");

for (const name of readdirSync(faults)) {
	test(`refuses a ${name.replaceAll("-", " ")}, with the place`, async () => {
		const expected = await readFile(join(faults, name, "expected.txt"), "utf8");
		await assert.rejects(buildDir(join(faults, name)), new MixerError("invalid", expected.trimEnd()));
	});
}

const decision = "package shop.authz\n\ndefault decision := false\n";

test("tells all faults of the sources at once", async (context) => {
	const building = buildFiles(context, {
		"sluice.yaml": policyDocument() + policyDocument({ name: "store", bundle: "store" }),
		"shop/authz.rego": decision,
		"shop/old:authz.rego": decision,
		"shop/v1.2/data.json": "{}",
		"store/authz.rego": decision,
	});
	await assert.rejects(
		building,
		new MixerError(
			"invalid",
			[
				"shop/old:authz.rego: a colon in the name of a file or folder of a bundle",
				"shop/v1.2/data.json: a dot in the name of a folder that holds data",
				"store/authz.rego: package shop.authz is in bundle shop already (shop/authz.rego)",
			].join("\n"),
		),
	);
});

test("tells what is wrong with data that cannot be read", async (context) => {
	const building = buildFiles(context, { "shop/authz.rego": decision, "shop/data.json": '{"a": }' });
	await assert.rejects(building, { code: "invalid", message: /^shop\/data\.json: Unexpected token/ });
});

test("tells every misspelt path of the input", async (context) => {
	const building = buildRego(
		context,
		[
			"default decision := false",
			'decision if object.get(input, ["request", "metod"], "") == "GET"',
			'decision if object.get(input.request, "hots", "") == "a.example"',
		].join("\n"),
	);
	await assert.rejects(building, (error: MixerError) => {
		const places = error.message.split("\n").filter((line) => line.startsWith("shop"));
		assert.deepEqual(places, [
			"shop/authz.rego:4: undefined ref: input.request.metod",
			"shop/authz.rego:5: undefined ref: input.request.hots",
		]);
		return true;
	});
});

test("says of what the plugin has and the input has not why it is absent", async (context) => {
	const why =
		"input.attributes.source.certificate is absent here, where OPA's Envoy plugin has it: " +
		"Envoy tells a Wasm filter of a certificate its names, but not the certificate.";
	for (const rego of [
		'decision if input.attributes.source.certificate == "x"',
		'decision if object.get(input, ["attributes", "source", "certificate"], "") == "x"',
	]) {
		const building = buildRego(context, `default decision := false\n${rego}`);
		await assert.rejects(building, (error: MixerError) => {
			assert.match(error.message, /^shop\/authz\.rego:4: (rego_type_error: )?undefined ref: input\.attributes\.source/);
			assert.equal(error.message.split("\n").at(-1), why);
			return true;
		});
	}
});

test("refuses the header by which ext_authz tells of a partial body", async (context) => {
	const building = buildRego(context, 'decision if input.request.headers["x-envoy-auth-partial-body"] == "true"');
	const message = 'shop/authz.rego:3: header "x-envoy-auth-partial-body" is never there: read input.truncated_body';
	await assert.rejects(building, { code: "invalid", message });
});

test("says which opa is missing", async () => {
	await assert.rejects(buildDir(join(checkout, "policies"), "/nowhere/opa"), {
		code: "tool",
		message: "/nowhere/opa: no such program; npm run setup brings opa, or OPA= names one",
	});
});

test("refuses an opa of another version", async (context) => {
	const dir = await policyFolder(context, { "shop/authz.rego": decision, opa: "" });
	await assert.rejects(buildDir(dir, process.execPath), { code: "invalid" });
});
