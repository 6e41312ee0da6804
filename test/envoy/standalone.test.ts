import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Document, parseDocument } from "yaml";
import { envoyConfig, filterPath } from "../../cli/up/envoy-config.ts";
import { envoyRun, standaloneText, validateEnvoyConfig } from "../support/envoy.ts";

describe("envoy/standalone.yaml", () => {
	let dir = "";
	before(async () => {
		dir = await mkdtemp(join(tmpdir(), "sluice-standalone-"));
		await writeFile(join(dir, "filter.json"), "{}");
	});
	after(() => rm(dir, { recursive: true }));

	test("is valid for Envoy", async () => {
		await validateEnvoyConfig(await standalone("filter.json"));
	});

	test("is refused by Envoy where the filter's file is missing", async () => {
		const fault = /paths must refer to an existing path in the system: '.*missing\.json' does not exist/;
		await assert.rejects(validateEnvoyConfig(await standalone("missing.json")), fault);
	});

	test("takes the filter from where `sluice build` writes it", async () => {
		const doc = parseDocument(await standaloneText());
		const path = ["config_discovery", "config_source", "path_config_source", "path"];
		assert.equal(doc.getIn([...filterPath(doc, "sluice.http"), ...path]), "build/policies/filter.json");
	});

	test("has the seal right behind the filter and nothing but the router after it", async () => {
		const doc = parseDocument(await standaloneText());
		const names = ["sluice.http", "sluice.seal", "envoy.filters.http.router"];
		assert.deepEqual(
			names.map((name) => filterPath(doc, name).at(-1)),
			[0, 1, 2],
		);
	});

	async function standalone(filterFile: string): Promise<Document> {
		const ports = { listenerPort: 8080, adminPort: 9901, upstreamPort: 8081, mixerPort: 9091 };
		return envoyConfig(await standaloneText(), envoyRun({ ...ports, filter: { file: join(dir, filterFile) } }));
	}
});
