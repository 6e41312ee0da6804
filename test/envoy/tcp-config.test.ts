import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Document, parseDocument } from "yaml";
import { clusterPath } from "../../cli/up/envoy-config.ts";
import { standaloneText, validateEnvoyConfig } from "../support/envoy.ts";
import { tcpText } from "../support/tcp-mesh.ts";

describe("envoy/tcp.yaml", () => {
	test("is valid for Envoy", async () => {
		const config = parseDocument(await tcpText());
		const source = ["static_resources", "listeners", 0, "filter_chains", 0, "filters", 0, "config_discovery"];
		config.setIn([...source, "config_source", "path_config_source", "path"], "envoy/tcp.yaml");
		await validateEnvoyConfig(config);
	});

	test("has the Mixer's cluster, the metrics' labels and the limits of envoy/standalone.yaml", async () => {
		const [standalone, tcp] = [parseDocument(await standaloneText()), parseDocument(await tcpText())];
		const mixer = (config: Document) => config.getIn(clusterPath(config, "sluice-mixer"));
		assert.deepEqual(JSON.stringify(mixer(tcp)), JSON.stringify(mixer(standalone)));
		for (const part of ["admin", "stats_config", "overload_manager"]) {
			assert.deepEqual(tcp.toJS()[part], standalone.toJS()[part]);
		}
	});
});
