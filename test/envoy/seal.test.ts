import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { filterPath } from "../../cli/up/envoy-config.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { vmConfig } from "../../mixer/policy/vm-config.ts";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { showDetails, TestEnvoy } from "../support/envoy.ts";
import { testFilterFile } from "../support/filter-file.ts";
import { load, send } from "../support/http-client.ts";

/** Enough that both workers get some of them. */
const REQUESTS = 40;

let upstream: EchoUpstream;

before(async () => {
	upstream = await EchoUpstream.start();
});

after(() => upstream.stop());

describe("behind a filter that seals what it lets through", () => {
	let envoy: TestEnvoy;
	before(async () => {
		envoy = await start(await testFilterFile("sealing"), uncommentLeftOut);
	});
	after(() => envoy.stop());

	test("a sealed request reaches the upstream", async () => {
		upstream.arrivals.length = 0;
		const answer = await send({ port: envoy.port, path: "/x", headers: { "x-seal": "1" } });
		assert.equal(answer.status, 200);
		assert.equal(upstream.only().path, "/x");
	});

	test("an unsealed request is refused with 403 and never reaches the upstream", async () => {
		upstream.arrivals.length = 0;
		const answer = await send({ port: envoy.port, path: "/x" });
		assert.deepEqual([answer.status, answer.body], [403, "RBAC: access denied"]);
		assert.equal(answer.headers.get("x-details"), "rbac_access_denied_matched_policy[none]");
		assert.deepEqual(upstream.arrivals, []);
	});

	test("a route that is left out of both filters is served unsealed", async () => {
		upstream.arrivals.length = 0;
		const answer = await send({ port: envoy.port, path: "/healthz" });
		assert.equal(answer.status, 200);
		assert.equal(upstream.only().path, "/healthz");
	});

	test("new requests are served again within two seconds of a trap", async () => {
		const first = await send({ port: envoy.port, headers: { "x-trap": "1" } });
		assert.deepEqual([first.status, first.headers.get("x-details")], [503, "wasm_fail_stream"]);
		const trapped = await everyWorker(envoy, { "x-trap": "1" });
		assert.deepEqual(new Set(trapped), new Set([503]));
		await waitUntil({
			what: "the filter's return",
			timeoutMs: 2000,
			probe: async () => (await everyWorker(envoy, { "x-seal": "1" })).every((status) => status === 200),
		});
	});

	test("an update that is no filter leaves the one before in place", async () => {
		await writeFile(`${envoy.filterFile}.new`, "nonsense");
		await rename(`${envoy.filterFile}.new`, envoy.filterFile);
		await envoy.logWith("Filesystem config update failure");
		assert.deepEqual(new Set(await everyWorker(envoy, { "x-seal": "1" })), new Set([200]));
		assert.deepEqual(new Set(await everyWorker(envoy, {})), new Set([403]));
	});
});

test("a filter that fails to start in the workers lets nothing through", async () => {
	upstream.arrivals.length = 0;
	const envoy = await start(await testFilterFile("worker-failure"));
	try {
		await envoy.logWith("Failed to configure thread-local Wasm plugin");
		assert.deepEqual(new Set(await everyWorker(envoy, {})), new Set([403]));
		assert.deepEqual(upstream.arrivals, []);
	} finally {
		await envoy.stop();
	}
});

for (const [what, filter] of [
	["is empty", "{}"],
	["is not JSON", "nonsense"],
] as const) {
	test(`everything is refused while the filter's file ${what}`, async () => {
		const envoy = await start(filter);
		try {
			const answer = await send({ port: envoy.port, headers: { "x-seal": "1" } });
			assert.equal(answer.status, 403);
			assert.equal(answer.body, "RBAC: access denied");
		} finally {
			await envoy.stop();
		}
	});
}

test("a configuration with faults is refused, and Envoy's log has them all", async () => {
	const { build } = await buildTestConfiguration(testConfiguration("shop"));
	const faults = { revision: "x", default: undefined, defualt: "deny" };
	const pluginConfig = JSON.stringify({ ...JSON.parse(build.pluginConfig), ...faults });
	const envoy = await start(
		extensionConfigFile({ module: build.module, pluginConfig, vmConfig: vmConfig(build), revision: "0" }),
	);
	try {
		for (const fault of [
			"revision: must be 64 hexadecimal digits",
			"default: is missing",
			"defualt: is not a known field",
		]) {
			await envoy.logWith(`sluice: plugin configuration: ${fault}`);
		}
		const { status, body } = await send({ port: envoy.port });
		assert.deepEqual([status, body], [403, "RBAC: access denied"]);
	} finally {
		await envoy.stop();
	}
});

test("while the filter's file holds none, what stands in its place refuses by itself, without the seal", async () => {
	const envoy = await TestEnvoy.start({
		upstreamPort: upstream.port,
		mixerPort: 1,
		filter: "{}",
		change: (config) => config.deleteIn(filterPath(config, "sluice.seal")),
	});
	try {
		upstream.arrivals.length = 0;
		const answer = await send({ port: envoy.port });
		assert.deepEqual([answer.status, answer.body], [403, "RBAC: access denied"]);
		assert.deepEqual(upstream.arrivals, []);
	} finally {
		await envoy.stop();
	}
});

function start(filter: string, edit?: (template: string) => string): Promise<TestEnvoy> {
	return TestEnvoy.start({
		upstreamPort: upstream.port,
		mixerPort: 1,
		filter,
		change: showDetails,
		...(edit && { edit }),
	});
}

/** The statuses of requests on connections of their own, which Envoy spreads over its workers. */
async function everyWorker(envoy: TestEnvoy, headers: Record<string, string>): Promise<readonly number[]> {
	const request = async () => (await send({ port: envoy.port, headers: { ...headers, connection: "close" } })).status;
	return load({ count: REQUESTS, concurrency: 8, request });
}

/** Takes the comment signs off the example of a route that is left out. */
function uncommentLeftOut(text: string): string {
	const lines = text.split("\n");
	const first = lines.findIndex((line) => line.trim() === "# - name: health");
	assert(first > 0);
	const end = lines.findIndex((line, index) => index > first && !line.trim().startsWith("#"));
	const example = lines.slice(first, end).map((line) => line.replace("# ", ""));
	return [...lines.slice(0, first), ...example, ...lines.slice(end)].join("\n");
}
