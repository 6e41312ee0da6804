import { createClient } from "@redis/client";
import type { QuotaStore as StoreConfig } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { connectRedis, type RedisCredentials } from "../../mixer/quota/redis/connect.ts";
import { RedisQuotaStore } from "../../mixer/quota/redis/redis-store.ts";
import { countersScript, type Script } from "../../mixer/quota/redis/script.ts";
import type { Outcome, QuotaStore, StoreCall } from "../../mixer/quota/store.ts";
import type { ClockedStore } from "../mixer/quota/store-fixture.ts";

type Redis = StoreConfig["redis"];

/** How a test's store connects; most give the address alone. */
export function redisConfig(addresses: readonly string[], more: Partial<Redis> = {}): Redis {
	return { addresses, cluster: false, prefix: "t:", connectTimeoutMs: 2000, timeoutMs: 5000, ...more };
}

/** A store over the real client, and the first trouble that it has with its connection. */
export function redisStore(redis: Redis, options: { script?: Script; credentials?: RedisCredentials } = {}) {
	const { promise: trouble, resolve } = Promise.withResolvers<string>();
	const { script, credentials = {} } = options;
	const onTrouble = (error: Error) => resolve(error.message);
	const client = connectRedis({ redis, credentials, onTrouble, clock: systemClock, random: () => 0 });
	const { cluster, prefix, timeoutMs } = redis;
	const more = script === undefined ? {} : { script };
	const store = new RedisQuotaStore({
		name: "shared",
		client,
		cluster,
		prefix,
		timeoutMs,
		clock: systemClock,
		...more,
	});
	return { store, trouble };
}

/** Asks until the store answers, as a proxy does: with the same id, so that it is charged once. */
export async function answered(store: QuotaStore, call: StoreCall): Promise<readonly Outcome[]> {
	for (;;) {
		const outcomes = await store.allocate(call).catch((error: unknown) => {
			if (error instanceof MixerError && error.code === "unavailable") return undefined;
			throw error;
		});
		if (outcomes !== undefined) return outcomes;
		await new Promise((resolve) => setImmediate(resolve));
	}
}

/** Waits for the connection, of which there is no other sign than an answer. */
export async function connected(store: QuotaStore, counter = "nobody"): Promise<void> {
	const rule = { algorithm: "fixed", limit: 1, capacity: 1, windowMs: 1000 } as const;
	await answered(store, { dedupId: "", operations: [{ kind: "read", counter, rule }] });
}

/** The script with a clock that stands in a key, and keys that stay: only its first lines are others. */
const TEST_CLOCK = `local now = tonumber(redis.call('GET', 'clock'))
local function keep(key, value, ms)
	redis.call('SET', key, value)
end
`;

/** Empty stores on one server, one after the other, whose clock the test moves. */
export async function clockedRedis(port: number): Promise<{ empty(): Promise<ClockedStore>; close(): Promise<void> }> {
	const { store } = redisStore(redisConfig([`127.0.0.1:${port}`]), { script: countersScript(TEST_CLOCK) });
	const client = await createClient({ socket: { host: "127.0.0.1", port } }).connect();
	await client.set("clock", "0");
	await connected(store);
	return {
		async empty() {
			await client.flushAll();
			const setNow = async (ms: number) => {
				await client.set("clock", String(ms));
			};
			return { store, setNow };
		},
		async close() {
			await store.close();
			client.destroy();
		},
	};
}
