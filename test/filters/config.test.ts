import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { FakeHost } from "../support/fake-host.ts";
import { cache, configuration, limits, policy, quota, startFilter } from "../support/filter-host.ts";

const filter = await readFile(new URL("../../build/filter/http.wasm", import.meta.url));

/** What Envoy's log says of a configuration that is refused. */
async function faults(pluginConfiguration: string): Promise<string[]> {
	const host = await FakeHost.load(filter, { pluginConfiguration });
	assert.equal(host.start(), false);
	return host.logLines(5).map((line) => line.replace(/^sluice: plugin configuration: /, ""));
}

const faultsOf = (fields: Record<string, unknown>) => faults(JSON.stringify(configuration(fields)));

describe("the plugin configuration", () => {
	test("is accepted where it is valid", async () => assert.ok(await startFilter()));

	test("says every fault at once", async () => {
		const found = await faultsOf({ revision: "x", cluster: 7, default: "maybe", extra: 1, policies: {} });
		assert.deepEqual(found, [
			"revision: must be 64 hexadecimal digits",
			"cluster: must be a string",
			'default: must be "allow" or "deny"',
			"policies: must be a list",
			"extra: is not a known field",
		]);
	});

	const cases: [name: string, fields: Record<string, unknown>, fault: string | string[]][] = [
		["a missing field", { report: undefined }, "report: is missing"],
		["a limit out of bounds", { limits: limits({ inputBytes: 1 }) }, "limits.inputBytes: must be a whole number from 256 to 1048576"],
		["no fuel", { limits: limits({ fuel: 0 }) }, "limits.fuel: must be a whole number from 1000 to 1000000000"],
		["a cache without its bounds", { cache: cache({ entries: -1, ttlMs: "10s" }) }, ["cache.entries: must be a whole number from 0 to 1000000", "cache.ttlMs: must be a whole number from 0 to 3600000"]],
		["a cache that is missing", { cache: undefined }, "cache: is missing"],
		["a policy that doesn't say whether it is deterministic", { policies: [policy({ deterministic: undefined })] }, "policies[0].deterministic: is missing"],
		["a policy that doesn't say what a failing built-in does", { policies: [policy({ strictBuiltinErrors: undefined })] }, "policies[0].strictBuiltinErrors: is missing"],
		["an attribute that is none", { report: { attributes: ["request.colour"] } }, 'report.attributes: "request.colour" is not in the vocabulary'],
		["a policy without failureMode", { policies: [policy({ failureMode: undefined })] }, "policies[0].failureMode: is missing"],
		["a placement this module lacks", { policies: [policy({ placement: "proxy" })] }, 'policies[0].entrypoint: is not in the policy linked into this module'],
		["a deadline of nothing", { policies: [policy({ deadlineMs: 0 })] }, "policies[0].deadlineMs: must be a whole number from 1 to 60000"],
		["no target", { policies: [policy({ targets: [] })] }, "policies[0].targets: must name at least one target"],
		["a path prefix without its slash", { policies: [policy({ targets: [{ pathPrefix: "a" }] })] }, "policies[0].targets[0].pathPrefix: must start with /"],
		["an input that does not exist", { policies: [policy({ inputs: [["request", "colour"]] })] }, "policies[0].inputs[0]: is not a path of the input document"],
		["more policies than a selection holds", { policies: Array.from({ length: 65 }, () => policy()) }, "policies: has more than 64 entries"],
		["a quota without failureMode", { quotas: [quota({ failureMode: undefined })] }, "quotas[0].failureMode: is missing"],
		["a quota without window", { quotas: [quota({ windowMs: 0 })] }, "quotas[0].windowMs: must be a whole number from 1 to 2592000000"],
		["a quota charged some other time", { quotas: [quota({ charge: { at: "later" } })] }, 'quotas[0].charge.at: must be "request", "response" or "settle"'],
		["a quota charged by something else", { quotas: [quota({ charge: { at: "settle", amount: "request.size" } })] }, 'quotas[0].charge.amount: must be "response.size" or "response.headers." and a name'],
		["a sampling of more than all", { tracing: { trustCallers: true, sampledPerMillion: 1_000_001 } }, "tracing.sampledPerMillion: must be a whole number from 0 to 1000000"],
		["an amount that nothing comes to ask for", { quotas: [quota({ charge: { at: "request", amount: "response.size" } })] }, "quotas[0].charge.amount: is not a known field"],
	]; // biome-ignore format: a row each
	for (const [name, fields, fault] of cases) {
		test(`refuses ${name}`, async () => assert.deepEqual(await faultsOf(fields), [fault].flat()));
	}

	test("refuses what is not JSON, naming the place", async () => {
		assert.deepEqual(await faults('{"revision": }'), [
			"configuration: is not JSON (at byte 13); write it with sluice build",
		]);
	});

	test("refuses nothing at all", async () => {
		assert.deepEqual(await faults(""), ["configuration: is not JSON (at byte 0); write it with sluice build"]);
	});
});
