import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CheckRequestSchema, type CheckResponse, CheckResponseSchema } from "../../../mixer/api/generated/mixer_pb.js";
import { runMixer } from "../server/running-mixer.ts";

describe("the admin port", () => {
	test("says whether the Mixer lives and whether it is ready, with the reasons", async (t) => {
		const { admin, readiness } = await runMixer(t, {});
		assert.deepEqual(await admin("/healthz"), { status: 200, body: "ok\n" });
		assert.deepEqual(await admin("/readyz"), { status: 200, body: "ready\n" });
		readiness.setNotReady("policy", "starting");
		readiness.setNotReady("handlers", "no folder");
		assert.deepEqual(await admin("/readyz"), { status: 503, body: "policy: starting\nhandlers: no folder\n" });
		assert.deepEqual(await admin("/healthz"), { status: 200, body: "ok\n" });
	});

	test("is not ready while the Mixer stops", async (t) => {
		const asked = Promise.withResolvers<void>();
		const pending = Promise.withResolvers<CheckResponse>();
		const check = () => {
			asked.resolve();
			return pending.promise;
		};
		const { mixer, admin, client } = await runMixer(t, { check });
		const call = client.check(create(CheckRequestSchema, {}));
		await asked.promise;
		const stopped = mixer.stop();
		assert.deepEqual(await admin("/readyz"), { status: 503, body: "server: stopping\n" });
		pending.resolve(create(CheckResponseSchema, {}));
		await call;
		await stopped;
	});

	test("says what is running", async (t) => {
		const { admin } = await runMixer(t, {});
		const { status, body } = await admin("/version");
		assert.equal(status, 200);
		assert.deepEqual(JSON.parse(body), { name: "sluice", version: "0.0.0", node: "test", revision: "ab".repeat(32) });
	});

	test("answers other paths and methods with 404 and 405", async (t) => {
		const { admin, mixer } = await runMixer(t, {});
		assert.deepEqual(await admin("/metricsx"), { status: 404, body: "/metrics /healthz /readyz /version /ledger\n" });
		assert.equal((await admin("/metrics?x=1")).status, 200);
		const post = await fetch(`http://127.0.0.1:${mixer.adminPort}/metrics`, { method: "POST" });
		assert.deepEqual([post.status, await post.text()], [405, "only GET and HEAD\n"]);
		const head = await fetch(`http://127.0.0.1:${mixer.adminPort}/readyz`, { method: "HEAD" });
		assert.deepEqual([head.status, await head.text()], [200, ""]);
	});

	test("survives a target that is no URL", async (t) => {
		const { mixer } = await runMixer(t, {});
		const status = await new Promise((resolve, reject) => {
			const options = { port: mixer.adminPort, host: "127.0.0.1", path: "//" };
			request(options, (response) => resolve(response.resume().statusCode))
				.on("error", reject)
				.end();
		});
		assert.equal(status, 404);
	});
});
