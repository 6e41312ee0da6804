import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Document, parseDocument } from "yaml";
import { clusterPath, envoyConfig, filterPath } from "../../cli/up/envoy-config.ts";
import { envoyRun, jwtText, standaloneText, validateEnvoyConfig } from "../support/envoy.ts";

describe("envoy/jwt.yaml", () => {
	test("is valid for Envoy", async () => {
		const ports = { listenerPort: 8080, adminPort: 9901, upstreamPort: 8081, mixerPort: 9091 };
		const run = envoyRun({ ...ports, filter: { file: "envoy/jwt.yaml" } });
		await validateEnvoyConfig(envoyConfig(await jwtText(), run));
	});

	test("differs from envoy/standalone.yaml by the node, jwt_authn in front, and the issuer's cluster", async () => {
		const [standalone, jwt] = [parseDocument(await standaloneText()), parseDocument(await jwtText())];
		const [authn, filter] = ["envoy.filters.http.jwt_authn", "sluice.http"].map((name) => filterPath(jwt, name).at(-1));
		assert.deepEqual([authn, filter], [0, 1]);
		assert.ok(jwt.deleteIn(filterPath(jwt, "envoy.filters.http.jwt_authn")));
		assert.ok(jwt.deleteIn(clusterPath(jwt, "issuer")));
		assert.deepEqual(withoutNode(jwt), withoutNode(standalone));
	});
});

function withoutNode(doc: Document): unknown {
	assert.ok(doc.deleteIn(["node", "id"]));
	return doc.toJS();
}
