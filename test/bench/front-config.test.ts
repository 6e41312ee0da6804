import assert from "node:assert/strict";
import test from "node:test";
import { parseDocument } from "yaml";
import { applyFront, type Front } from "../../bench/deploy/front-config.ts";
import { standaloneText } from "../support/envoy.ts";

/** What is left of the standalone configuration: names of filters and clusters, and all else. */
async function applied(front: Front) {
	const config = parseDocument(await standaloneText());
	applyFront(config, front);
	const { static_resources, ...rest } = config.toJS();
	const [{ filter_chains, ...listener }] = static_resources.listeners;
	const { http_filters, ...manager } = filter_chains[0].filters[0].typed_config;
	const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
	return {
		filters: names(http_filters),
		clusters: names(static_resources.clusters),
		same: { rest, listener, manager },
	};
}

const bare: Front = { keep: [], hasMixer: false };

test("Envoy alone has neither of the filters, nor the Mixer's cluster", async () => {
	const { filters, clusters } = await applied(bare);
	assert.deepEqual(filters, ["envoy.filters.http.router"]);
	assert.deepEqual(clusters, ["upstream", "upstream-http2"]);
});

test("a variant's filters come first, its clusters last", async () => {
	const { filters, clusters } = await applied({
		...bare,
		filters: [{ name: "a" }, { name: "b" }],
		clusters: [{ name: "opa" }],
	});
	assert.deepEqual(filters, ["a", "b", "envoy.filters.http.router"]);
	assert.deepEqual(clusters, ["upstream", "upstream-http2", "opa"]);
});

test("Sluice has both of its filters and the Mixer", async () => {
	const { filters, clusters } = await applied({ keep: ["sluice.http", "sluice.seal"], hasMixer: true });
	assert.deepEqual(filters, ["sluice.http", "sluice.seal", "envoy.filters.http.router"]);
	assert.deepEqual(clusters, ["upstream", "upstream-http2", "sluice-mixer"]);
});

test("listener, manager and all else are the same for every variant", async () => {
	const { same } = await applied(bare);
	assert.deepEqual(same.listener.connection_balance_config, { exact_balance: {} });
	assert.deepEqual((await applied({ keep: ["sluice.http"], filters: [{ name: "a" }], hasMixer: true })).same, same);
});
