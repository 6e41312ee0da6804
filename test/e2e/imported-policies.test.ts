import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sluiceImport } from "../cli/import/sluice-import.ts";
import { buildTestConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { checkout } from "../support/programs.ts";

const example = join(checkout, "test/testdata/import/answers");

const undo: (() => unknown)[] = [];
let upstream: EchoUpstream;
let envoy: TestEnvoy;

before(async () => {
	const context = { after: (step: () => unknown) => undo.push(step) };
	const { out, status, stderr } = await sluiceImport(context, [
		join(example, "config.yaml"),
		"--bundle",
		join(example, "v0"),
	]);
	assert.equal(status, 0, stderr);
	const { filter } = await buildTestConfiguration(out);
	upstream = await EchoUpstream.start();
	envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter });
});

after(async () => {
	await envoy.stop();
	await upstream.stop();
	for (const step of undo) await step();
});

test("an imported policy lets a request pass with the headers that the plugin would set", async () => {
	const headers = { "x-api-key": "k-17", "x-customer": "forged" };
	const answer = await send({ port: envoy.port, path: "/orders?page=2", headers });
	const arrival = upstream.only();
	assert.deepEqual([answer.status, answer.headers.get("x-plan-until"), arrival.path], [200, "2031", "/orders?page=2"]);
	assert.deepEqual(
		["x-customer", "x-plan", "x-api-key"].map((name) => arrival.headers.get(name)),
		[["ann"], ["gold"], undefined],
	);
});

test("it denies with the status, headers and body that the plugin would send", async () => {
	const ended = await send({ port: envoy.port, path: "/orders", headers: { "x-api-key": "k-3" } });
	assert.deepEqual(
		[ended.status, ended.headers.get("x-plan-until"), ended.body],
		[402, "2019", "the plan of bob has ended"],
	);
	const unknown = await send({ port: envoy.port, path: "/orders" });
	assert.deepEqual([unknown.status, unknown.headers.get("www-authenticate"), unknown.body], [401, "Key", "which key?"]);
	assert.equal(upstream.arrivals.length, 0);
});
