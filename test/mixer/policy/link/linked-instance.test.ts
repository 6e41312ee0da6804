import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MixerError } from "../../../../mixer/error.ts";
import type { ExplainedBuild } from "../../../../mixer/policy/build.ts";
import { LinkedInstance } from "../../../../mixer/policy/link/linked-instance.ts";
import { proveLinked } from "../../../../mixer/policy/link/prove-linked.ts";
import { PolicyInstance } from "../../../../mixer/policy/policy-instance.ts";
import { vmConfig } from "../../../../mixer/policy/vm-config.ts";
import { checkout } from "../../../support/programs.ts";
import { buildDir, buildFiles, buildForMixer, examplePolicies, policyDocument } from "../policy-folder.ts";

type Built = ExplainedBuild;

const FUEL = 2_000_000;

function instanceOf(build: Built, more: { vmConfig?: string; pluginConfig?: string } = {}): LinkedInstance {
	const { evaluable, pluginConfig } = build;
	const module = new WebAssembly.Module(evaluable);
	return new LinkedInstance({ module, vmConfig: vmConfig(build), pluginConfig, now: () => 1_700_000_000_000, ...more });
}

function evaluatorOf(build: Built, entrypoint: string) {
	const instance = instanceOf(build);
	const number = instance.entrypoints.get(entrypoint) ?? -1;
	return (input: unknown, fuel = FUEL) => instance.evaluate(number, Buffer.from(JSON.stringify(input)), fuel);
}

function buildProxied(context: TestContext, rego: string, more: Record<string, string> = {}): Promise<Built> {
	const files = { "sluice.yaml": policyDocument({ placement: "proxy" }), "shop/authz.rego": rego, ...more };
	return buildFiles(context, files);
}

test("the module for Envoy exports the ABI and imports Envoy's functions, nothing else", async () => {
	const { module } = await buildDir(examplePolicies);
	const compiled = new WebAssembly.Module(module);
	const exports = WebAssembly.Module.exports(compiled).map(({ name }) => name);
	assert.deepEqual(
		exports.filter((name) => !/^proxy_|^malloc$|^memory$|^_initialize$/.test(name)),
		[],
	);
	const imports = WebAssembly.Module.imports(compiled).map((each) => `${each.module}.${each.name}`);
	assert.deepEqual(
		imports.filter((name) => !name.startsWith("env.proxy_")),
		[],
	);
	for (const path of [checkout, "authz_test"]) assert.equal(Buffer.from(module).includes(path), false);
});

test("decides as the same policy does by itself", async () => {
	const [proxied, inMixer] = await Promise.all([buildDir(examplePolicies), buildForMixer(examplePolicies)]);
	const module = new WebAssembly.Module(inMixer.policyWasm);
	const alone = new PolicyInstance({ module, data: inMixer.data, now: () => 0 });
	const entrypoint = "bookstore/authz/decision";
	const number = alone.entrypoints.get(entrypoint) ?? -1;
	const evaluate = evaluatorOf(proxied, entrypoint);
	const decisions = new Set<string | undefined>();
	for (const segment of ["books", "admin", "internal", "", "covers"]) {
		for (const method of ["GET", "POST", "DELETE", 7, null]) {
			for (const role of ["reader", "librarian", "admin", "x", "\u00fc", {}]) {
				const http = { method, headers: { "x-role": role } };
				const input = { attributes: { request: { http } }, request: { path_segments: [segment] } };
				const { value, fault } = evaluate(input);
				assert.equal(fault, undefined);
				assert.equal(value, alone.evaluate(number, Buffer.from(JSON.stringify(input))));
				decisions.add(value);
			}
		}
	}
	assert.ok(decisions.size > 6);
});

test("runs what the filter answers, and reads the data", async (context) => {
	const rego = `package shop.authz
import data.names
decision := [sprintf("%s is %d", [names[0], input.n]), time.now_ns(), object.subset({"a": 1, "b": 2}, {"a": 1})]
`;
	const build = await buildProxied(context, rego.replace("input.n", "count(input.request.method)"), {
		"shop/data.json": '{"names": ["\u00e9va"]}',
	});
	const { value } = evaluatorOf(build, "shop/authz/decision")({ request: { method: "GET" } });
	assert.equal(value, '["\u00e9va is 3",1700000000000000000,true]');
});

test("stops what takes too much fuel or memory, and what aborts, and goes on as before", async (context) => {
	const rego = `package shop.authz
decision := count([1 | some a in numbers.range(1, 400); some b in numbers.range(1, 400)]) if input.request.method == "LOOP"
decision := count(numbers.range(1, 100000000)) if input.request.method == "GROW"
decision := "a" if input.request.method == "FIGHT"
decision := "b" if input.request.method == "FIGHT"
decision := "fine" if input.request.method == "GET"
`;
	const build = await buildProxied(context, rego);
	const evaluate = evaluatorOf(build, "shop/authz/decision");
	const ask = (method: string, fuel?: number) => evaluate({ request: { method } }, fuel);
	const before = ask("GET");
	assert.equal(before.value, '"fine"');
	for (let round = 0; round < 1000; round++) {
		assert.equal(ask("FIGHT").fault, "shop/authz.rego:5:1: var assignment conflict");
	}
	assert.equal(ask("LOOP", 10_000).fault, "ran out of fuel");
	assert.equal(ask("GROW", 1e9).fault, "opa_malloc: failed");
	assert.deepEqual(ask("GET"), before);
	assert.equal(ask("GET", before.fuel).value, '"fine"');
	assert.equal(ask("GET", before.fuel - 1).fault, "ran out of fuel");
	assert.deepEqual(ask("OTHER").value, undefined);
});

test("gives a policy with large constants the memory it starts with", async (context) => {
	const long = "x".repeat(2_000_000);
	const rego = `package shop.authz\ndecision := count("${long}")\n`;
	const fuel = 100_000_000;
	const settings = `---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}\nspec: {limits: {fuel: ${fuel}}}\n`;
	const yaml = policyDocument({ placement: "proxy" }) + settings;
	const build = await buildProxied(context, rego, { "sluice.yaml": yaml });
	assert.equal(evaluatorOf(build, "shop/authz/decision")({}, fuel).value, "2000000");
});

test("gives a policy with many rules the memory it starts with", async (context) => {
	const rules = Array.from({ length: 1200 }, (_, i) => `rule_${i} := text if {\n\ttext := input.request.method\n}\n`);
	const all = rules.map((_, i) => `rule_${i}`).join(", ");
	const rego = `package shop.authz\n${rules.join("\n")}\ndecision := count([${all}])\n`;
	const build = await buildProxied(context, rego);
	assert.equal(evaluatorOf(build, "shop/authz/decision")({ request: { method: "GET" } }).value, "1200");
});

test("is refused with the filter's own words where the configuration is wrong", async () => {
	const build = await buildDir(examplePolicies);
	const config = build.pluginConfig.replace('"default":"deny"', '"default":"maybe","more":1');
	const proof = {
		module: new WebAssembly.Module(build.evaluable),
		vmConfig: vmConfig(build),
		pluginConfig: config,
		policies: build.requirements.policies,
		fuel: FUEL,
	};
	assert.throws(
		() => proveLinked(proof),
		(error: unknown) => {
			assert.ok(error instanceof MixerError && error.code === "invalid");
			assert.deepEqual(error.message.split("\n"), [
				"the filter refuses the build:",
				'sluice: plugin configuration: default: must be "allow" or "deny"',
				"sluice: plugin configuration: more: is not a known field",
			]);
			return true;
		},
	);
	assert.throws(() => proveLinked({ ...proof, pluginConfig: build.pluginConfig, vmConfig: "abc\nno data" }), {
		code: "invalid",
		message:
			"the filter refuses the build:\nsluice: the policy's data can't be loaded: not JSON, or more than its memory holds",
	});
});

test("refuses a Policy that fails on an empty input", async (context) => {
	const rego = "package shop.authz\ndecision := 1 if not input.a\ndecision := 2 if not input.b\n".replaceAll(
		/input\.(a|b)/g,
		"input.request.method",
	);
	await assert.rejects(buildProxied(context, rego), {
		code: "invalid",
		message: "Policy shop fails on an empty input: shop/authz.rego:3:1: var assignment conflict",
	});
});
