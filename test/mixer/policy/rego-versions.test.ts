import assert from "node:assert/strict";
import { test } from "node:test";
import { readFilter } from "../../../cli/filter.ts";
import { MixerError } from "../../../mixer/error.ts";
import { testTwice } from "../../../mixer/policy/linked-tests.ts";
import { opaProgram } from "../../support/programs.ts";
import { buildFiles, policyDocument, policyFolder, snapshotOf } from "./policy-folder.ts";

const v0 = ", regoVersion: v0";

/** Before OPA 1.0 a rule needed no `if`. */
const old = 'package shop.authz\n\ndefault decision = false\n\ndecision {\n\tinput.request.method == "GET"\n}\n';

const oldTest =
	'package shop.authz_test\n\nimport data.shop.authz\n\ntest_get {\n\tauthz.decision with input as {"request": {"method": "GET"}}\n}\n';

const store = "package store.authz\n\ndefault decision := false\n\ndecision if data.shop.authz.decision\n";

test("builds a policy in Rego v0, and runs its tests", async (context) => {
	const build = await buildFiles(context, {
		"sluice.yaml": policyDocument({ more: v0 }),
		"shop/authz.rego": old,
		"shop/authz_test.rego": oldTest,
	});
	assert.equal(build.testsPassed, 1);
	assert.deepEqual(build.requirements.policies[0]?.inputs, [["request", "method"]]);
	assert.deepEqual(build.warnings, []);
});

test("refuses Rego v0 where nothing says that it is", async (context) => {
	const building = buildFiles(context, { "shop/authz.rego": old });
	await assert.rejects(building, {
		code: "invalid",
		message: /^shop\/authz\.rego:5: rego_parse_error: `if` keyword is required before rule body/,
	});
});

test("compiles policies of both versions into one module, with their data", async (context) => {
	const files = {
		"sluice.yaml":
			policyDocument({ more: v0 }) +
			policyDocument({ name: "store", bundle: "store", entrypoint: "store/authz/decision" }),
		"shop/authz.rego": old,
		"shop/data.json": '{"names": {"shop": 12345678901234567890}}',
		"store/authz.rego": store,
		"store/names/data.yaml": "store: store\n",
	};
	const build = await buildFiles(context, files);
	assert.equal(Buffer.from(build.data).toString(), '{"names":{"shop":12345678901234567890,"store":"store"}}\n');
	assert.deepEqual(
		build.explanations.map(({ name, reads }) => [name, reads.map(({ place }) => `${place.file}:${place.row}`)]),
		[
			["shop", ["shop/authz.rego:6"]],
			["store", ["shop/authz.rego:6"]],
		],
	);
});

test("takes the versions that a bundle's manifest says, file by file", async (context) => {
	const manifest = { rego_version: 0, file_rego_versions: { "/new/*": 1 } };
	const build = await buildFiles(context, {
		"shop/.manifest": JSON.stringify(manifest),
		"shop/authz.rego": old.replace('input.request.method == "GET"', "data.shop.reads.ok"),
		"shop/new/deep/reads.rego": 'package shop.reads\n\nok if input.request.method == "GET"\n',
	});
	assert.deepEqual(build.requirements.policies[0]?.inputs, [["request", "method"]]);
});

const manifests = [
	["{", "shop/.manifest: is no JSON"],
	['{"rego_version": 2}', "shop/.manifest: rego_version must be 0 or 1"],
	[
		'{"file_rego_versions": {"/[a-z]*": 0}}',
		'shop/.manifest: file_rego_versions "/[a-z]*": of patterns, * and ? are known: name the files',
	],
] as const;

for (const [manifest, message] of manifests) {
	test(`refuses the manifest ${manifest}`, async (context) => {
		const building = buildFiles(context, { "shop/.manifest": manifest, "shop/authz.rego": old });
		await assert.rejects(building, new MixerError("invalid", message));
	});
}

test("names file and line of what is wrong in Rego v0", async (context) => {
	const building = buildFiles(context, {
		"sluice.yaml": policyDocument({ more: v0 }),
		"shop/[*]/authz.rego": old.replace("request.method", "request.metod"),
	});
	await assert.rejects(building, { code: "invalid", message: /^shop\/\[\*\]\/authz\.rego:6: rego_type_error/ });
});

test("runs tests in Rego v0 in the linked module as well", async (context) => {
	const files = {
		"sluice.yaml": policyDocument({ more: v0 }),
		"shop/authz.rego": old,
		"shop/authz_test.rego": oldTest,
	};
	const snapshot = await snapshotOf(await policyFolder(context, files));
	const results = await testTwice({ snapshot, filter: await readFilter(), opa: opaProgram() });
	assert.deepEqual(
		results.map(({ test: { name, location }, linked }) => [name, location.file, linked]),
		[["test_get", "shop/authz_test.rego", { status: "pass" }]],
	);
});

test("warns of what OPA's strict mode finds, with its place", async (context) => {
	const build = await buildFiles(context, {
		"sluice.yaml":
			policyDocument({ more: v0 }) +
			policyDocument({ name: "store", bundle: "store", entrypoint: "store/authz/decision" }),
		"shop/authz.rego": old.replace("\tinput", "\tunused := 1\n\tinput"),
		"store/authz.rego": `${store}\ncount_of(list) := 1\n`,
	});
	assert.deepEqual(build.warnings, [
		"shop/authz.rego:6: warning: assigned var unused unused",
		"store/authz.rego:7: warning: unused argument list. (hint: use _ (wildcard variable) instead)",
	]);
});

test("tells a misspelt path as an error where strict mode finds something too", async (context) => {
	const building = buildFiles(context, {
		"shop/authz.rego":
			'package shop.authz\n\ndefault decision := false\n\ndecision if {\n\tunused := 1\n\tinput.request.metod == "GET"\n}\n',
	});
	await assert.rejects(building, {
		code: "invalid",
		message: /^shop\/authz\.rego:7: rego_type_error: undefined ref: input\.request\.metod/,
	});
});
