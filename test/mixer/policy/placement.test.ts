import assert from "node:assert/strict";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { describeExplanations } from "../../../mixer/policy/explain.ts";
import { PolicyInstance } from "../../../mixer/policy/policy-instance.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

const rego = (name: string, body: string) =>
	`package ${name}.authz\n\ndefault decision := false\n\ndecision if ${body}\n`;

for (const { name, placement, body, where } of [
	{ name: "nothing", placement: "auto", body: 'input.request.method == "GET"', where: "proxy" },
	{ name: "a built-in of the filter", placement: "auto", body: 'sprintf("%d", [1]) == "1"', where: "proxy" },
	{ name: "a built-in inside OPA's module", placement: "auto", body: 'regex.match("^a", "ab")', where: "proxy" },
	{ name: "a built-in of the Mixer alone", placement: "auto", body: 'crypto.sha256("a") == "b"', where: "mixer" },
	{ name: "json.remove", placement: "auto", body: "json.remove({}, [input.parsed_path]) == {}", where: "mixer" },
	{ name: "json.filter", placement: "auto", body: "json.filter({}, [input.parsed_path]) == {}", where: "mixer" },
	{ name: "nothing, where the Mixer is asked for", placement: "mixer", body: "1 == 1", where: "mixer" },
	{ name: "nothing, where the proxy is asked for", placement: "proxy", body: "1 == 1", where: "proxy" },
]) {
	test(`places a Policy that calls ${name} in the ${where}`, async (context) => {
		const yaml = policyDocument({ placement });
		const { requirements } = await buildFiles(context, { "sluice.yaml": yaml, "shop/authz.rego": rego("shop", body) });
		assert.equal(requirements.policies[0]?.placement, where);
	});
}

for (const { placement, where } of [
	{ placement: "auto", where: "mixer" },
	{ placement: "proxy", where: "proxy" },
]) {
	test(`places a Policy whose data are larger than limits.proxyDataBytes in the ${where} with ${placement}`, async (context) => {
		const settings = "apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: settings}\n";
		const { requirements, explanations, data } = await buildFiles(context, {
			"sluice.yaml": `${settings}spec: {limits: {proxyDataBytes: 1024}}\n---\n${policyDocument({ placement })}`,
			"shop/authz.rego": rego("shop", "data.shop.list[_] == 7"),
			"shop/shop/data.json": JSON.stringify({ list: Array.from({ length: 600 }, (_, i) => i) }),
		});
		assert.equal(requirements.policies[0]?.placement, where);
		const why =
			placement === "proxy"
				? "its placement says so"
				: `the data are ${data.length} bytes, more than limits.proxyDataBytes (1024); placement: proxy takes them there`;
		assert.equal(describeExplanations(explanations).split("\n")[0], `Policy shop runs in the ${where}: ${why}`);
	});
}

test("refuses what the place asked for lacks, each built-in with its line", async (context) => {
	const building = buildFiles(context, {
		"sluice.yaml":
			policyDocument({ placement: "proxy" }) +
			policyDocument({ name: "store", bundle: "store", entrypoint: "store/authz/decision", placement: "mixer" }),
		"shop/authz.rego": rego("shop", 'crypto.md5("a") == crypto.sha1("b")'),
		"store/authz.rego": rego("store", 'rego.parse_module("a", "package a")'),
	});
	const asks = "and sluice.yaml:2 Policy shop asks for placement proxy";
	const lines = [
		`shop/authz.rego:5: the proxy cannot run the built-in crypto.md5, ${asks}`,
		`shop/authz.rego:5: the proxy cannot run the built-in crypto.sha1, ${asks}`,
		"store/authz.rego:5: the Mixer cannot run the built-in rego.parse_module: only opa itself parses Rego",
	];
	await assert.rejects(building, new MixerError("invalid", lines.join("\n")));
});

test("gives each place a module with its own Policies, where each has what the other lacks", async (context) => {
	const build = await buildFiles(context, {
		"sluice.yaml":
			policyDocument({ placement: "auto" }) +
			policyDocument({ name: "store", bundle: "store", entrypoint: "store/authz/decision", placement: "auto" }),
		"shop/authz.rego": rego("shop", "object.subset({1}, {1})"),
		"store/authz.rego": rego("store", 'crypto.md5("a") != ""'),
	});
	assert.deepEqual(
		build.requirements.policies.map(({ placement }) => placement),
		["proxy", "mixer"],
	);
	const module = new WebAssembly.Module(build.policyWasm);
	const instance = new PolicyInstance({ module, data: build.data, now: () => 0 });
	assert.deepEqual([...instance.entrypoints.keys()], ["store/authz/decision"]);
});

test("decides the placement before the revision", async (context) => {
	const files = (placement: string) => ({
		"sluice.yaml": policyDocument({ placement }),
		"shop/authz.rego": rego("shop", "1 == 1"),
	});
	const [auto, proxy, mixer] = await Promise.all(
		["auto", "proxy", "mixer"].map(async (placement) => buildFiles(context, files(placement))),
	);
	assert.equal(auto?.requirements.revision, proxy?.requirements.revision);
	assert.notEqual(mixer?.requirements.revision, proxy?.requirements.revision);
});
