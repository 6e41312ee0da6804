import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../../mixer/policy/engine.ts";
import { buildFiles, policyDocument } from "../policy-folder.ts";
import { startPeer } from "./http-peer.ts";

const rego = `package shop.authz

decision := http.send({"method": "get", "url": input.attributes.request.http.path, "timeout": "10s"}).raw_body
`;

test("a policy's thread asks the network, and one that waits too long is stopped with its question", async (context) => {
	const { url, port } = await startPeer(context);
	const settings = `---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: s}\nspec: {httpSend: {hosts: ["127.0.0.1:${port}"]}}\n`;
	const build = await buildFiles(context, { "sluice.yaml": policyDocument() + settings, "shop/authz.rego": rego });
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 10, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const { revision } = build.requirements;
	const ask = (path: string, deadlineMs: number) => {
		const input = Buffer.from(JSON.stringify({ attributes: { request: { http: { path: url + path } } } }));
		return engine.evaluate({ revision, entrypoint: "shop/authz/decision", input, deadlineMs });
	};
	assert.deepEqual(await ask("/a", 60_000), { status: "ok", value: '"1"', validDurationMs: 0 });
	assert.deepEqual(await ask("/never", 500), {
		status: "unavailable",
		error: "shop/authz/decision took longer than 500 ms and was stopped",
	});
	assert.equal(engine.kills, 1);
	assert.deepEqual(await ask("/a", 60_000), { status: "ok", value: '"2"', validDurationMs: 0 });
});
