import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import type { AdapterEnv } from "sluice/adapter";
import adapter from "./adapter.ts";

test("posts a batch of records as JSON", async (t) => {
	const bodies: string[] = [];
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += chunk;
		bodies.push(`${request.headers.authorization} ${body}`);
		response.end();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

	const handler = await adapter.build({ url, tokenEnv: "MY_TOKEN" }, env({ MY_TOKEN: "secret" }));
	assert.equal(
		await handler.handle({ signal: "record", items: [{ "response.code": 200, "request.time": 1n }] }),
		"delivered",
	);
	await handler.close();

	assert.deepEqual(bodies, ['Bearer secret {"signal":"record","items":[{"response.code":200,"request.time":"1"}]}']);
});

function env(environment: Record<string, string>): AdapterEnv {
	const logger = { info() {}, warn() {}, error() {} };
	const metrics = {} as AdapterEnv["metrics"];
	return { name: "test", logger, now: Date.now, environment, metrics, signal: new AbortController().signal };
}
