import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { firstAnswer, PROBE_USER_AGENT } from "../../../cli/up/first-answer.ts";

const decided = { "x-sluice-decision-id": "d-1" };

const noFilter = (response: ServerResponse) => response.writeHead(403).end("RBAC: access denied");
const noMixer = (response: ServerResponse) =>
	response.writeHead(503, decided).end("no decision could be had in time\n");

for (const { what, answers } of [
	{ what: "passes", answers: [(response: ServerResponse) => response.end("ok")] },
	{ what: "is denied by a policy", answers: [(response: ServerResponse) => response.writeHead(403, decided).end()] },
	{
		what: "is refused by the service itself",
		answers: [(response: ServerResponse) => response.writeHead(403).end("no")],
	},
	{ what: "finds no service", answers: [(response: ServerResponse) => response.writeHead(503).end("no upstream")] },
	{ what: "is answered without an end", answers: [(response: ServerResponse) => response.write("data: 1\n")] },
	{
		what: "passes after the filter and the Mixer were not there yet",
		answers: [noFilter, noMixer, (response: ServerResponse) => response.end("ok")],
	},
]) {
	test(`is there once a request ${what}`, async (t) => {
		const asked = await serve(t, answers);
		await firstAnswer({ port: asked.port, signal: t.signal });
		assert.deepEqual(
			asked.by,
			answers.map(() => PROBE_USER_AGENT),
		);
	});
}

/** A server that gives these answers, one after the other, and remembers who asked. */
async function serve(t: TestContext, answers: readonly ((response: ServerResponse) => unknown)[]) {
	const by: (string | undefined)[] = [];
	const server = createServer((request, response) => {
		const answer = answers[by.length];
		by.push(request.headers["user-agent"]);
		answer?.(response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = server.address();
	assert.ok(typeof address === "object" && address !== null);
	return { port: address.port, by };
}
