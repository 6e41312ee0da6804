import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Document, parseDocument } from "yaml";
import { clusterPath, envoyConfig, filterPath } from "../../cli/up/envoy-config.ts";
import { discoveryText, envoyRun, standaloneText, validateEnvoyConfig } from "../support/envoy.ts";

describe("envoy/discovery.yaml", () => {
	test("is valid for Envoy", async () => {
		const ports = { listenerPort: 8080, adminPort: 9901, upstreamPort: 8081, mixerPort: 9091 };
		const run = envoyRun({ ...ports, filter: { discovery: { host: "127.0.0.1", port: 9092 } } });
		await validateEnvoyConfig(envoyConfig(await discoveryText(), run));
	});

	test("differs from envoy/standalone.yaml by the node, where the filter comes from, and that server's cluster", async () => {
		const [standalone, discovery] = [parseDocument(await standaloneText()), parseDocument(await discoveryText())];
		assert.ok(discovery.deleteIn(clusterPath(discovery, "sluice-discovery")));
		assert.deepEqual(rest(discovery), rest(standalone));
	});

	test("takes the filter from the server's cluster", async () => {
		const doc = parseDocument(await discoveryText());
		const service = ["config_source", "api_config_source", "grpc_services", 0, "envoy_grpc", "cluster_name"];
		const cluster = doc.getIn([...filterPath(doc, "sluice.http"), "config_discovery", ...service]);
		assert.equal(cluster, "sluice-discovery");
	});
});

/** All but the places that may differ, which must be there. */
function rest(doc: Document): unknown {
	assert.ok(doc.deleteIn(["node", "id"]));
	assert.ok(doc.deleteIn([...filterPath(doc, "sluice.http"), "config_discovery"]));
	return doc.toJS();
}
