import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../../cli/up/child.ts";
import { MixerError } from "../../mixer/error.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { connectRedis } from "../../mixer/quota/redis/connect.ts";
import { RedisQuotaStore } from "../../mixer/quota/redis/redis-store.ts";
import { provideRedis } from "../../setup/steps/redis.mjs";
import { toolCache } from "../../setup/tool-cache.mjs";
import { freePorts } from "../deploy/free-ports.ts";

/** Longest wait for the server, in milliseconds. */
const START_TIMEOUT_MS = 10_000;

const POLL_MS = 20;

const STOP_GRACE_MS = 5000;

/** Measures with a redis-server of its own, on loopback, that keeps nothing on disk. */
export async function withRedis<T>(measure: (store: RedisQuotaStore) => Promise<T>): Promise<T> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-bench-redis-"));
	const command = await provideRedis({ cache: toolCache(process.env), env: process.env });
	const [port = 0] = await freePorts(1);
	const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
	const server = new Child({ name: "redis-server", command, args, logFile: join(dir, "redis.log") });
	const redis = {
		addresses: [`127.0.0.1:${port}`],
		cluster: false,
		prefix: "b:",
		connectTimeoutMs: 2000,
		timeoutMs: 5000,
	};
	const client = connectRedis({ redis, credentials: {}, onTrouble: () => {}, clock: systemClock, random: Math.random });
	const store = new RedisQuotaStore({ name: "bench", client, clock: systemClock, ...redis });
	try {
		await connected(store);
		return await measure(store);
	} finally {
		await store.close();
		await server.stop(STOP_GRACE_MS);
		await rm(dir, { recursive: true, force: true });
	}
}

async function connected(store: RedisQuotaStore): Promise<void> {
	const end = performance.now() + START_TIMEOUT_MS;
	while (performance.now() < end) {
		const isThere = await store.reset("nothing").then(
			() => true,
			() => false,
		);
		if (isThere) return;
		await new Promise<void>((resolve) => systemClock.after(POLL_MS, resolve));
	}
	throw new MixerError("unavailable", `redis-server did not start within ${START_TIMEOUT_MS} ms`);
}
