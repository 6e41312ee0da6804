import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterPath, envoyConfig, filterPath } from "../../../cli/up/envoy-config.ts";
import { MixerError } from "../../../mixer/error.ts";
import { discoveryText, standaloneText } from "../../support/envoy.ts";

const run = {
	listenerPort: 1001,
	adminPort: 1002,
	upstream: { host: "10.0.0.7", port: 1003 },
	mixer: { host: "127.0.0.1", port: 1004 },
	mixerCluster: "shop-mixer",
	filter: { file: "/state/filter.json" },
	nodeId: "sluice-7",
};

const ENDPOINT = ["load_assignment", "endpoints", 0, "lb_endpoints", 0, "endpoint", "address", "socket_address"];

test("puts the run's own values where the template has its", async () => {
	const doc = envoyConfig(await standaloneText(), run);
	assert.equal(doc.getIn(["node", "id"]), "sluice-7");
	assert.equal(doc.getIn(["admin", "address", "socket_address", "port_value"]), 1002);
	const listener = ["static_resources", "listeners", 0, "address", "socket_address"];
	assert.equal(doc.getIn([...listener, "port_value"]), 1001);
	assert.equal(doc.getIn([...listener, "address"]), "127.0.0.1");
	const discovery = ["config_discovery", "config_source", "path_config_source", "path"];
	assert.equal(doc.getIn([...filterPath(doc, "sluice.http"), ...discovery]), "/state/filter.json");
});

test("points both upstream clusters at the service, and the Mixer's, by its name, at the Mixer", async () => {
	const doc = envoyConfig(await standaloneText(), run);
	for (const name of ["upstream", "upstream-http2"]) {
		const endpoint = [...clusterPath(doc, name), ...ENDPOINT];
		assert.equal(doc.getIn([...endpoint, "address"]), "10.0.0.7");
		assert.equal(doc.getIn([...endpoint, "port_value"]), 1003);
	}
	const mixer = clusterPath(doc, "shop-mixer");
	assert.equal(doc.getIn([...mixer, ...ENDPOINT, "port_value"]), 1004);
	assert.equal(doc.getIn([...mixer, "load_assignment", "cluster_name"]), "shop-mixer");
	assert.equal(doc.getIn([...mixer, "type"]), "STATIC");
});

test("points the discovery server's cluster at it", async () => {
	const filter = { discovery: { host: "pilot.internal", port: 1005 } };
	const doc = envoyConfig(await discoveryText(), { ...run, filter });
	const cluster = clusterPath(doc, "sluice-discovery");
	assert.equal(doc.getIn([...cluster, ...ENDPOINT, "address"]), "pilot.internal");
	assert.equal(doc.getIn([...cluster, ...ENDPOINT, "port_value"]), 1005);
	assert.equal(doc.getIn([...cluster, "type"]), "LOGICAL_DNS");
});

for (const [host, type, family] of [
	["10.0.0.7", "STATIC", undefined],
	["::1", "STATIC", undefined],
	["shop.internal", "LOGICAL_DNS", "ALL"],
	["localhost", "LOGICAL_DNS", "ALL"],
] as const) {
	test(`finds the upstream ${host} by ${type}`, async () => {
		const doc = envoyConfig(await standaloneText(), { ...run, upstream: { host, port: 1003 } });
		for (const name of ["upstream", "upstream-http2"]) {
			const cluster = clusterPath(doc, name);
			assert.equal(doc.getIn([...cluster, "type"]), type);
			assert.equal(doc.getIn([...cluster, "dns_lookup_family"]), family);
		}
	});
}

for (const [fault, find, message] of [
	["a cluster", "name: upstream-http2", "nothing named upstream-http2 in static_resources.clusters"],
	["the filter", "- name: sluice.http", `nothing named sluice.http in ${manager()}.http_filters`],
	["the node's id", "id: sluice-standalone, ", "node.id is missing"],
] as const) {
	test(`says so where the template lacks ${fault}`, async () => {
		const text = await standaloneText();
		const template = text.replace(find, find.startsWith("id") ? "" : find.replace(/[\w.-]+$/, "other"));
		assert.notEqual(template, text);
		assert.throws(() => envoyConfig(template, run), new MixerError("invalid", `Envoy's configuration: ${message}`));
	});
}

function manager(): string {
	return "static_resources.listeners.0.filter_chains.0.filters.0.typed_config";
}
