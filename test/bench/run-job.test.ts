import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import type { LoadJob } from "../../bench/load/job.ts";
import { runJob } from "../../bench/load/run-job.ts";

const job = {
	requests: [
		{ method: "GET", path: "/books/{n}", headers: { host: "shop", "x-role": "reader" } },
		{ method: "GET", path: "/books", headers: { host: "shop" } },
	],
	count: 20,
	connections: 3,
	firstNumber: 7,
	expectedStatus: 200,
	timeoutMs: 10_000,
} satisfies Omit<LoadJob, "port">;

/** A server that remembers the paths it was asked for. */
async function serve(
	context: TestContext,
	answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number; paths: string[]; sockets: Set<unknown> }> {
	const paths: string[] = [];
	const sockets = new Set<unknown>();
	const server: Server = createServer((request, response) => {
		paths.push(request.url ?? "");
		sockets.add(request.socket);
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	return { port: address.port, paths, sockets };
}

const ok = (_: IncomingMessage, response: ServerResponse) => response.setHeader("content-length", 2).end("ok");

test("sends each request in turn, every number once, over the kept connections", async (context) => {
	const { port, paths, sockets } = await serve(context, ok);
	const { latenciesUs, unexpected } = await runJob({ ...job, port });
	const numbered = Array.from({ length: 10 }, (_, i) => `/books/${i + 7}`);
	assert.deepEqual(paths.toSorted(), [...numbered, ...Array(10).fill("/books")].toSorted());
	assert.equal(sockets.size, 3);
	assert.equal(unexpected, 0);
	assert.equal(latenciesUs.length, 20);
	assert.ok(latenciesUs.every((us) => us > 0));
});

test("a paced load takes as long as its rate says, and sends as many", async (context) => {
	const { port, paths } = await serve(context, ok);
	const { elapsedMs } = await runJob({ ...job, port, ratePerSecond: 100 });
	assert.equal(paths.length, 20);
	assert.ok(elapsedMs >= 185, `${elapsedMs} ms`);
});

test("a paced request that finds no free connection counts from when it was due", async (context) => {
	let isFirst = true;
	const { port } = await serve(context, (request, response) => {
		// It is answered long after the last one was due, 90 ms after the first.
		if (isFirst) setTimeout(() => ok(request, response), 250);
		else ok(request, response);
		isFirst = false;
	});
	const { latenciesUs } = await runJob({ ...job, count: 10, connections: 1, port, ratePerSecond: 100 });
	assert.ok(
		latenciesUs.every((us) => us > 150_000),
		String(latenciesUs),
	);
});

test("what is due while this process pauses counts from when it was due", async (context) => {
	let pausedAt: number | undefined;
	const { port } = await serve(context, (request, response) => {
		// The generator's process is this one.
		if (pausedAt === undefined) for (pausedAt = performance.now(); performance.now() - pausedAt < 100; );
		ok(request, response);
	});
	const { latenciesUs } = await runJob({ ...job, connections: 20, port, ratePerSecond: 1000 });
	assert.ok(
		latenciesUs.every((us) => us > 80_000),
		String(latenciesUs),
	);
});

test("answers of another status are counted", async (context) => {
	const { port } = await serve(context, (request, response) => {
		response.statusCode = request.url === "/books" ? 403 : 200;
		ok(request, response);
	});
	assert.equal((await runJob({ ...job, port })).unexpected, 10);
});

test("a connection that is closed fails the job", async (context) => {
	const { port } = await serve(context, (request) => request.socket.end());
	await assert.rejects(runJob({ ...job, port }), { message: "the proxy closed a connection" });
});

test("a server that does not answer fails the job in time", async (context) => {
	const { port } = await serve(context, () => undefined);
	await assert.rejects(runJob({ ...job, port, timeoutMs: 100 }), { message: "the load took longer than 0.1 s" });
});
