import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { FakeHost } from "../../../support/fake-host.ts";
import { configuration, get, policy, REVISION, startFilter } from "../../../support/filter-host.ts";
import { type LinkedFilter, linkRego } from "../../../support/linked-filter.ts";

const rego = "package shop\n\ndecision := data.open\n";
let linked: LinkedFilter;

before(async () => {
	linked = await linkRego({
		modules: { "shop.rego": rego },
		data: { open: true },
		entrypoints: ["shop/decision"],
		extraPages: 16,
	});
});

const inProxy = policy({ entrypoint: "shop/decision", placement: "proxy" });

/** What Envoy's log says of a VM that refuses to start or to be configured. */
async function refusal(vmConfiguration: string | Uint8Array, fields: object = {}): Promise<string[]> {
	const pluginConfiguration = JSON.stringify(configuration({ policies: [inProxy], ...fields }));
	const host = await FakeHost.load(linked.module, { pluginConfiguration, vmConfiguration });
	assert.equal(host.start(), false);
	return host.logLines(0);
}

describe("a module with a policy", () => {
	test("takes its data from the VM's configuration", async () => {
		for (const open of [true, false]) {
			const vmConfiguration = `${REVISION}\n${JSON.stringify({ open })}`;
			const host = await startFilter({ policies: [inProxy] }, { ...linked, vmConfiguration });
			assert.equal(get(host, "/").result, open ? "continue" : "paused");
		}
	});

	const unusable = "sluice: the policy's data can't be loaded: not JSON, or more than its memory holds";
	const cases: [name: string, vmConfiguration: string, line: string][] = [
		["there is none", "", unusable],
		["there is a revision alone", REVISION, unusable],
		["they are empty", `${REVISION}\n`, unusable],
		["they are cut off", `${REVISION}\n{"open":tr`, unusable],
		["they are not JSON", `${REVISION}\nopen: true`, unusable],
		["they are more than its memory holds", `${REVISION}\n{"open":"${"x".repeat(4_000_000)}"}`, unusable],
	];
	for (const [name, vmConfiguration, line] of cases) {
		test(`starts no VM without data it can use: ${name}`, async () => {
			assert.deepEqual(await refusal(vmConfiguration), [line]);
		});
	}

	test("refuses a Policy in the proxy whose entrypoint it doesn't have", async () => {
		const policies = [inProxy, policy({ name: "b", entrypoint: "shop/other", placement: "proxy" })];
		assert.deepEqual(await refusal(linked.vmConfiguration, { policies }), [
			"sluice: plugin configuration: policies[1].entrypoint: is not in the policy linked into this module",
		]);
	});

	test("takes a Policy of the Mixer's with any entrypoint", async () => {
		const policies = [inProxy, policy({ name: "b", entrypoint: "shop/other" })];
		assert.ok(await startFilter({ policies }, linked));
	});
});
