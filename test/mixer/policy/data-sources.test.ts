import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { readFilter } from "../../../cli/filter.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { type BuildForData, buildForData, type ExplainedBuild } from "../../../mixer/policy/build.ts";
import { evaluateOnce } from "../../../mixer/policy/evaluate-once.ts";
import { testTwice } from "../../../mixer/policy/linked-tests.ts";
import { type SourceData, withSourceData } from "../../../mixer/policy/source-data.ts";
import { checkout, opaProgram } from "../../support/programs.ts";
import { policyDocument, policyFolder, snapshotOf } from "./policy-folder.ts";

const SHOP = `package shop.authz

default decision := false

decision if not data.shop.blocked[input.request.headers["x-reader"]]
`;

const SHOP_TEST = `package shop.authz_test

import data.shop.authz

as_ann := {"request": {"headers": {"x-reader": "ann"}}}

test_nobody_is_blocked if authz.decision with input as as_ann

test_ann_is_blocked if {
	not authz.decision with input as as_ann with data.shop.blocked as {"ann": true}
}
`;

function blocked(document: string, parts: Partial<SourceData> = {}): SourceData {
	return {
		name: "blocked",
		path: ["shop", "blocked"],
		document,
		empty: "{}",
		mayDeny: true,
		denies: false,
		file: "sluice.yaml",
		line: 9,
		...parts,
	};
}

async function build(dir: string, ...dataSources: readonly SourceData[]): Promise<BuildForData> {
	const [snapshot, filter] = await Promise.all([snapshotOf(dir), readFilter()]);
	const inputSchemaFile = join(checkout, "mixer/api/generated/input-schema.json");
	const opa = opaProgram();
	return buildForData({ snapshot, filter, opa, reportAttributes: [], inputSchemaFile, dataSources });
}

/** What the Policy of this name decides about a reader. */
async function decide(built: ExplainedBuild, reader: string, policy = "shop"): Promise<unknown> {
	const { entrypoint = "" } = built.requirements.policies.find(({ name }) => name === policy) ?? {};
	const input = Buffer.from(JSON.stringify({ request: { headers: { "x-reader": reader } } }));
	const nowNs = () => process.hrtime.bigint();
	const { decision } = await evaluateOnce({
		build: built,
		entrypoint,
		input,
		fuel: 100_000,
		clock: systemClock,
		nowNs,
	});
	return decision === undefined ? undefined : JSON.parse(decision);
}

const EXPIRED = {
	allowed: false,
	http_status: 503,
	rule: "data_source_expired",
	reason: "the data that the policy reads have expired",
	body: "the data that the policy reads have expired\n",
};

const folder = (t: TestContext, more: Readonly<Record<string, string>> = {}) =>
	policyFolder(t, { "shop/authz.rego": SHOP, "shop/authz_test.rego": SHOP_TEST, ...more });

test("a document takes its place among the data, with its numbers as they are written", () => {
	const data = Buffer.from('{"shop":{"size":12345678901234567890}}');
	const sources = [
		{ path: ["shop", "constructor", "list"], document: '[1.10, 1e400, "x"]' },
		{ path: ["more"], document: "7" },
	];
	assert.equal(
		Buffer.from(withSourceData(data, sources)).toString(),
		'{"shop":{"size":12345678901234567890,"constructor":{"list":[1.10,1e400,"x"]}},"more":7}',
	);
});

for (const placement of ["proxy", "mixer"]) {
	describe(`a Policy in the ${placement}`, () => {
		test("decides by what a source says, and its tests by none of it", async (t) => {
			const dir = await folder(t, { "sluice.yaml": policyDocument({ placement }) });
			const { build: first } = await build(dir, blocked('{"ann":true}'));
			assert.deepEqual([await decide(first, "ann"), await decide(first, "bob"), first.testsPassed], [false, true, 2]);
			assert.deepEqual(first.warnings, []);
		});

		test("is built again for other data without its folder, and is the same revision as if it were built from it", async (t) => {
			const dir = await folder(t, { "sluice.yaml": policyDocument({ placement }) });
			const [first, other] = [await build(dir, blocked('{"ann":true}')), await build(dir, blocked('{"bob":true}'))];
			await rm(join(dir, "shop"), { recursive: true });
			const again = await first.rebuild([blocked('{"bob":true}')]);
			assert.equal(again.requirements.revision, other.build.requirements.revision);
			assert.notEqual(again.requirements.revision, first.build.requirements.revision);
			assert.deepEqual([await decide(again, "ann"), await decide(again, "bob")], [true, false]);
			const back = await first.rebuild([blocked('{"ann":true}')]);
			assert.equal(back.requirements.revision, first.build.requirements.revision);
		});

		test("denies while a source that denies has expired, and by it alone", async (t) => {
			const free = 'package free\n\nimport data.other\n\ndecision if other.free[input.request.headers["x-reader"]]\n';
			const dir = await folder(t, {
				"sluice.yaml":
					policyDocument({ placement, more: "" }) +
					policyDocument({ name: "free", bundle: "free", entrypoint: "free/decision", placement }),
				"free/free.rego": free,
				"other/x.rego": "package other_x\n",
				"free/other/data.json": '{"free": {"ann": true}}',
			});
			const { build: fresh, rebuild } = await build(dir, blocked('{"ann":true}'));
			const expired = await rebuild([blocked('{"ann":true}', { denies: true })]);
			assert.deepEqual(await decide(expired, "bob"), EXPIRED);
			assert.deepEqual([await decide(expired, "ann", "free"), await decide(expired, "bob", "free")], [true, undefined]);
			assert.equal(JSON.parse(expired.pluginConfig).policies[1].failureMode, "deny");
			const back = await rebuild([blocked('{"ann":true}')]);
			assert.equal(back.requirements.revision, fresh.requirements.revision);
		});
	});
}

for (const [how, body] of [
	["as a whole", "count(data.shop.blocked) >= 0"],
	["by what it stands in", "count(data.shop) >= 0"],
	["by a name known at run time", 'some x in ["blocked"]; data.shop[x]'],
	["by a part of it", "data.shop.blocked.ann.since > 7"],
	["in a function", "f(data.shop)"],
] as const) {
	test(`a source that is read ${how} is read`, async (t) => {
		const rego = `package gate\n\ndefault decision := false\n\ndecision if {\n\t${body}\n}\n\nf(x) if x.blocked.ann\n`;
		const files = { "sluice.yaml": policyDocument({ entrypoint: "gate/decision" }), "shop/gate.rego": rego };
		const { rebuild } = await build(await policyFolder(t, files), blocked("{}"));
		assert.deepEqual(await decide(await rebuild([blocked("{}", { denies: true })]), "ann"), EXPIRED);
	});
}

test("a source beside what a Policy reads does not stop it, and is warned of", async (t) => {
	const rego = "package shop.authz\n\ndecision := data.shop.other.open\n";
	const files = { "shop/authz.rego": rego, "shop/shop/data.json": '{"other": {"open": true}}' };
	const { build: built } = await build(await policyFolder(t, files), blocked("{}", { denies: true }));
	assert.equal(await decide(built, "ann"), true);
	assert.deepEqual(built.warnings, ["sluice.yaml:9: warning: DataSource blocked: no Policy reads data.shop.blocked"]);
});

test("a Rego v0 Policy and one that answers for expired data are compiled together", async (t) => {
	const rego = 'package shop.authz\n\ndefault decision = false\n\ndecision { not data.shop.blocked["ann"] }\n';
	const dir = await policyFolder(t, {
		"sluice.yaml": policyDocument({ more: ", regoVersion: v0" }),
		"shop/authz.rego": rego,
	});
	const { build: built, rebuild } = await build(dir, blocked("{}"));
	assert.equal(await decide(built, "ann"), true);
	assert.deepEqual(await decide(await rebuild([blocked("{}", { denies: true })]), "ann"), EXPIRED);
});

test("data that outgrow the proxy take another build, unless a Policy asks for it", async (t) => {
	const settings =
		"apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: s}\nspec: {limits: {proxyDataBytes: 1024}}\n";
	const dir = await folder(t, { "sluice.yaml": settings + policyDocument({ placement: "auto" }) });
	const large = blocked(JSON.stringify({ bob: "x".repeat(2000) }));
	const small = await build(dir, blocked("{}"));
	assert.equal(small.build.requirements.policies[0]?.placement, "proxy");
	// All Policies go on together, as one module that was compiled already.
	const moved = await small.rebuild([large]);
	assert.equal(moved.requirements.policies[0]?.placement, "mixer");
	assert.equal(await decide(moved, "ann"), true);
});

test("where they need another module than the first build, that is said", async (t) => {
	const settings =
		"apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: s}\nspec: {limits: {proxyDataBytes: 1024}}\n";
	const stays = policyDocument({ name: "stays", entrypoint: "shop/authz/other", placement: "proxy" });
	const dir = await folder(t, {
		"sluice.yaml": settings + policyDocument({ placement: "auto" }) + stays,
		"shop/other.rego": "package shop.authz\n\nother if input.request.method\n",
	});
	const { rebuild } = await build(dir, blocked("{}"));
	const large = blocked(JSON.stringify({ bob: "x".repeat(2000) }));
	await assert.rejects(rebuild([large]), { code: "unavailable", message: "the Policies have to be compiled anew" });
});

describe("a place that is taken", () => {
	for (const { by, path, files, message } of [
		{
			by: "a bundle's data",
			path: ["shop", "blocked"],
			files: { "shop/data.json": '{"shop": {"blocked": {}}}' },
			message: "sluice.yaml:9: DataSource blocked: data.shop.blocked is given by an empty object already",
		},
		{
			by: "data within it",
			path: ["shop", "blocked"],
			files: { "shop/data.json": '{"shop": {"blocked": {"ann": 1}}}' },
			message: "sluice.yaml:9: DataSource blocked: data.shop.blocked is given by shop/data.json already",
		},
		{
			by: "data that it is within",
			path: ["shop", "blocked"],
			files: { "shop/data.json": '{"shop": 7}' },
			message: "sluice.yaml:9: DataSource blocked: data.shop is given by shop/data.json already",
		},
		{
			by: "a package",
			path: ["shop", "authz", "blocked"],
			files: {},
			message:
				"sluice.yaml:9: DataSource blocked: data.shop.authz.blocked and package shop.authz (shop/authz.rego) cannot lie within one another",
		},
		{
			by: "packages within it",
			path: ["shop"],
			files: {},
			message:
				"sluice.yaml:9: DataSource blocked: data.shop and package shop.authz (shop/authz.rego) cannot lie within one another",
		},
	]) {
		test(`by ${by} is refused`, async (t) => {
			await assert.rejects(build(await folder(t, files), blocked("{}", { path })), { code: "invalid", message });
		});
	}
});

test("Rego tests see sources without an entry in the linked filter too", async (t) => {
	const [snapshot, filter] = await Promise.all([snapshotOf(await folder(t)), readFilter()]);
	const tests = await testTwice({ snapshot, filter, opa: opaProgram(), dataSources: [blocked('{"ann":true}')] });
	assert.deepEqual(
		tests.map(({ linked }) => linked),
		[{ status: "pass" }, { status: "pass" }],
	);
});
