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
	envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: upstream.port, filter, edit: withPlanRoute });
});

after(async () => {
	await envoy.stop();
	await upstream.stop();
	for (const step of undo) await step();
});

/** A route of its own for what the policy sets. */
function withPlanRoute(template: string): string {
	const route = `                        - name: gold
                          match: {prefix: /routed, headers: [{name: x-plan, string_match: {exact: gold}}]}
                          direct_response: {status: 218}
`;
	return template.replace("                        - name: grpc\n", (grpc) => `${route}${grpc}`);
}

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

test("it answers a gRPC call that it denies with the status that Envoy makes of it, as behind ext_authz", async () => {
	const call = { port: envoy.port, path: "/shop.Shop/Buy", method: "POST" };
	const headers = { "content-type": "application/grpc" };
	const unknown = await send({ ...call, headers });
	assert.deepEqual(
		[unknown.status, unknown.headers.get("grpc-status"), unknown.headers.get("grpc-message")],
		[200, "16", "which key?"],
	);
});

test("what it sets can change the route", async () => {
	const answer = await send({ port: envoy.port, path: "/routed", headers: { "x-api-key": "k-17" } });
	assert.equal(answer.status, 218);
});
