import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Document } from "yaml";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { networkTestFilterFile } from "../support/filter-file.ts";
import { RedisClient } from "../support/redis-client.ts";
import { CHAIN, TcpEnvoy } from "../support/tcp-mesh.ts";

const GREETING = "welcome\r\n";

/** Enough that both workers get some of them. */
const CONNECTIONS = 20;

/** A service that speaks first: whatever reaches it is answered, and a client hears it. */
let upstream: Server;
let arrivals = 0;
/** Whether it leaves the end to the client. */
let stays = false;
const sockets = new Set<Socket>();

before(async () => {
	upstream = createServer((socket) => {
		arrivals++;
		sockets.add(socket);
		socket.on("error", () => {});
		if (stays) socket.write(GREETING);
		else socket.end(GREETING);
	}).listen(0, "127.0.0.1");
	await once(upstream, "listening");
});

beforeEach(() => {
	arrivals = 0;
	stays = false;
});

after(() => {
	for (const socket of sockets) socket.destroy();
	upstream.close();
});

function start(filter: string): Promise<TcpEnvoy> {
	const address = upstream.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return TcpEnvoy.start({ upstreamPort: address.port, mixerPort: 1, filter, change: speaksFirst });
}

/** What docs/tcp.md says of services that speak first. */
function speaksFirst(config: Document): void {
	const proxy = [...CHAIN, "filters", 2, "typed_config"];
	assert.ok(config.deleteIn([...proxy, "upstream_connect_mode"]));
	assert.ok(config.deleteIn([...proxy, "max_early_data_bytes"]));
}

/** What a client hears until the other side closes. */
async function hear(envoy: TcpEnvoy, from = "127.0.0.1", text = ""): Promise<string> {
	const client = await RedisClient.connect({ port: envoy.port, from });
	if (text !== "") client.write(text);
	return client.closed();
}

/** As `hear`, often enough that every worker is asked. */
async function everyWorker(envoy: TcpEnvoy, from?: string): Promise<ReadonlySet<string>> {
	return new Set(await Promise.all(Array.from({ length: CONNECTIONS }, () => hear(envoy, from))));
}

describe("behind a filter that seals the connections that it lets through", () => {
	let envoy: TcpEnvoy;
	before(async () => {
		envoy = await start(await networkTestFilterFile("tcp-sealing"));
	});
	after(() => envoy.stop());

	test("a sealed connection reaches the upstream", async () => {
		assert.deepEqual(await everyWorker(envoy), new Set([GREETING]));
		assert.equal(arrivals, CONNECTIONS);
	});

	test("an unsealed one is closed, and the upstream never hears of it", async () => {
		assert.deepEqual(await everyWorker(envoy, "127.0.0.2"), new Set([""]));
		assert.equal(arrivals, 0);
	});

	test("one that was let through ends with a trap of the filter's", async () => {
		stays = true;
		const client = await RedisClient.connect({ port: envoy.port });
		assert.equal(await client.heard(GREETING.length), GREETING);
		assert.equal(await client.ask("trap", 1), "");
		await filterReturns();
	});

	test("one on which the filter traps is closed, and so are those after it, until the filter is back", async () => {
		assert.deepEqual(await everyWorker(envoy, "127.0.0.3"), new Set([""]));
		assert.equal(arrivals, 0);
		await filterReturns();
	});

	/** A worker is without a filter for a second at most. */
	function filterReturns(): Promise<void> {
		stays = false;
		const probe = async () => [...(await everyWorker(envoy))].every((heard) => heard === GREETING);
		return waitUntil({ what: "the filter's return", timeoutMs: 10_000, probe });
	}
});

for (const [what, filter] of [
	["fails to start in the workers", () => networkTestFilterFile("worker-failure")],
	["is not there yet", async () => "{}"],
] as const) {
	test(`while the filter ${what} nothing reaches the upstream`, async () => {
		const envoy = await start(await filter());
		try {
			assert.deepEqual(await everyWorker(envoy), new Set([""]));
			assert.equal(arrivals, 0);
		} finally {
			await envoy.stop();
		}
	});
}
