import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../mixer/policy/engine.ts";
import { buildDir, buildFiles, buildRego, examplePolicies, policyDocument } from "./policy-folder.ts";

const settings = (fields: string) =>
	`---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: settings}\nspec: {${fields}}\n`;

const getOnly = 'package shop.authz\n\ndefault decision := false\n\ndecision if input.request.method == "GET"\n';

test("requires of the bookstore what its policy reads, and counts its tests", async () => {
	const { requirements, testsPassed } = await buildDir(examplePolicies);
	assert.deepEqual(requirements.policies, [
		{
			name: "bookstore",
			entrypoint: "bookstore/authz/decision",
			placement: "proxy",
			inputs: [
				["attributes", "request", "http", "headers", "x-reader"],
				["attributes", "request", "http", "headers", "x-role"],
				["attributes", "request", "http", "method"],
				["request", "path_segments"],
			],
			body: "none",
			builtins: ["concat", "internal.member_2", "object.get", "object.union"],
			deterministic: true,
			strictBuiltinErrors: true,
		},
	]);
	assert.deepEqual(requirements.reportAttributes, ["response.code"]);
	assert.match(requirements.revision, /^[0-9a-f]{64}$/);
	assert.equal(requirements.opaVersion, "1.22.2");
	assert.equal(testsPassed, 17);
});

test("makes the same bytes of the same input in another folder", async (context) => {
	const folder = await mkdtemp(join(tmpdir(), "sluice-another-folder-"));
	context.after(() => rm(folder, { recursive: true }));
	const copy = join(folder, "a", "copy");
	await cp(examplePolicies, copy, { recursive: true });
	const [one, other] = await Promise.all([buildDir(examplePolicies), buildDir(copy)]);
	assert.deepEqual(other, one);
});

test("has another revision after each kind of change", async (context) => {
	const files = { "shop/authz.rego": getOnly };
	const builds = [
		await buildFiles(context, files),
		await buildFiles(context, { "shop/authz.rego": getOnly.replace("GET", "PUT") }),
		await buildFiles(context, { ...files, "shop/data.json": '{"a": 1}' }),
		await buildFiles(context, { ...files, "sluice.yaml": policyDocument() + settings("default: allow") }),
		await buildFiles(context, { ...files, "sluice.yaml": policyDocument({ more: ", mode: shadow" }) }),
	];
	assert.equal(new Set(builds.map(({ requirements }) => requirements.revision)).size, builds.length);
});

test("leaves tests out of the module", async (context) => {
	const test =
		'package shop.authz_test\n\nimport data.shop.authz\n\ntest_get if authz.decision with input.request.method as "GET"\n';
	const without = await buildFiles(context, { "shop/authz.rego": getOnly });
	const tested = await buildFiles(context, { "shop/authz.rego": getOnly, "shop/authz_test.rego": test });
	assert.equal(tested.testsPassed, 1);
	assert.deepEqual(tested.requirements, without.requirements);
});

test("writes the plugin configuration that the filter parses", async (context) => {
	const more = ", failureMode: allow, strictBuiltinErrors: false, mode: shadow, deadline: 1s";
	const spec = `bundle: shop, entrypoint: shop/authz/decision, targets: [{pathPrefix: /books, host: "*.example.com", listenerPort: 8080, workload: web}]${more}`;
	const policy = `---\napiVersion: sluice.dev/v1alpha1\nkind: Policy\nmetadata: {name: shop}\nspec: {${spec}}\n`;
	const quota = (name: string, spec: string) =>
		`---\napiVersion: sluice.dev/v1alpha1\nkind: Quota\nmetadata: {name: ${name}}\nspec: {failureMode: deny, window: 1m, ${spec}}\n`;
	const yaml =
		policy +
		quota("writes", "limit: 19, overrides: [{key: [a], limit: 20}]") +
		quota("reads", "limit: 19, mode: shadow") +
		quota("bytes", "limit: 1000, charge: {at: response, amount: response.size, codeBelow: 500}") +
		settings("decisionIdInResponses: true, mixer: {cluster: mixers}, limits: {fuel: 50000}, cache: {ttl: 5s}");
	const { pluginConfig, requirements } = await buildFiles(context, { "sluice.yaml": yaml, "shop/authz.rego": getOnly });
	const { redaction, ...rest } = JSON.parse(pluginConfig);
	assert.ok(redaction.headers.includes("authorization") && redaction.queryParameters.includes("access_token"));
	assert.deepEqual(rest, {
		revision: requirements.revision,
		cluster: "mixers",
		default: "deny",
		decisionIdInResponses: true,
		rateLimitInResponses: false,
		limits: {
			inputBytes: 65536,
			bodyBytes: 65536,
			bodyTimeoutMs: 10_000,
			inputDepth: 64,
			inputKeys: 1024,
			numberDigits: 64,
			fuel: 50_000,
		},
		cache: { entries: 10_000, bytes: 8_388_608, ttlMs: 5000, denialTtlMs: 1000 },
		policies: [
			{
				name: "shop",
				entrypoint: "shop/authz/decision",
				placement: "proxy",
				deterministic: true,
				mode: "shadow",
				failureMode: "allow",
				strictBuiltinErrors: false,
				deadlineMs: 1000,
				targets: [{ listenerPort: 8080, host: "*.example.com", pathPrefix: "/books", workload: "web" }],
				inputs: [["request", "method"]],
				body: "none",
			},
		],
		quotas: [
			{
				name: "bytes",
				mode: "enforce",
				failureMode: "deny",
				localLimit: 0,
				windowMs: 60_000,
				leased: false,
				charge: { at: "response", amount: "response.size", codeBelow: 500 },
			},
			{
				name: "reads",
				mode: "shadow",
				failureMode: "deny",
				localLimit: 0,
				windowMs: 60_000,
				leased: false,
				charge: { at: "request" },
			},
			{
				name: "writes",
				mode: "enforce",
				failureMode: "deny",
				localLimit: 0,
				windowMs: 60_000,
				leased: true,
				charge: { at: "request" },
			},
		],
		report: { attributes: ["response.code"] },
	});
});

test("compiles several bundles into one module that shares data", async (context) => {
	const build = await buildFiles(context, {
		"sluice.yaml":
			policyDocument({ name: "b" }) +
			policyDocument({ name: "a", bundle: "store", entrypoint: "store/authz/decision" }),
		"shop/authz.rego": "package shop.authz\n\ndecision := data.names.shop\n",
		"shop/data.json": '{"names": {"shop": "shop", "big": 12345678901234567890}}',
		"store/authz.rego":
			"package store.authz\n\nimport data.shop.authz\n\ndecision := [authz.decision, data.names.store]\n",
		"store/names/data.yaml": "store: store\n",
		"store/sample.json": '{"not": "data"}',
		"store/.hidden/authz.rego": "not rego",
	});
	assert.equal(
		Buffer.from(build.data).toString(),
		'{"names":{"big":12345678901234567890,"shop":"shop","store":"store"}}\n',
	);
	assert.deepEqual(
		build.requirements.policies.map(({ name, entrypoint }) => [name, entrypoint]),
		[
			["a", "store/authz/decision"],
			["b", "shop/authz/decision"],
		],
	);
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 10, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const { revision } = build.requirements;
	const input = Buffer.from("{}");
	const answer = await engine.evaluate({ revision, entrypoint: "store/authz/decision", input, deadlineMs: 10_000 });
	assert.deepEqual(answer, { status: "ok", value: '["shop","store"]', validDurationMs: 10_000 });
});

test("builds a configuration without policies", async (context) => {
	const build = await buildFiles(context, { "sluice.yaml": settings("default: allow") });
	assert.equal(build.policyWasm.byteLength, 0);
	assert.deepEqual(build.requirements.policies, []);
	assert.deepEqual(JSON.parse(build.pluginConfig).policies, []);
});

test("takes a policy that reads the time as not deterministic", async (context) => {
	const build = await buildRego(context, "decision := time.now_ns() > 0");
	assert.deepEqual(build.requirements.policies[0]?.builtins, ["gt", "time.now_ns"]);
	assert.equal(build.requirements.policies[0]?.deterministic, false);
});

test("links a module whose constants need more memory than usual", async (context) => {
	const long = "x".repeat(2_000_000);
	const build = await buildRego(context, `decision := count("${long}") == count(input.request.method)`);
	assert.ok(build.policyWasm.byteLength > long.length);
});
