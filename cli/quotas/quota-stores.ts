import { readFileSync } from "node:fs";
import type { QuotaStore as StoreConfig } from "../../galley/snapshot.ts";
import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { MixerError } from "../../mixer/error.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { MemoryQuotaStore } from "../../mixer/quota/memory-store.ts";
import { connectRedis, type RedisCredentials } from "../../mixer/quota/redis/connect.ts";
import { RedisQuotaStore } from "../../mixer/quota/redis/redis-store.ts";
import type { QuotaStore } from "../../mixer/quota/store.ts";

/** How often trouble with one store is logged at most; every call that it fails is counted all the same. */
const LOG_EVERY_MS = 10_000;

/**
 * The stores of a configuration by name, `memory` among them. Those in Redis connect by themselves: a Mixer starts
 * without them, and answers their quotas unavailable until they are there.
 *
 * @throws MixerError "invalid" where a password or certificate can't be read.
 */
export function quotaStores(options: {
	configured: readonly StoreConfig[];
	env: NodeJS.ProcessEnv;
	logger: AdapterLogger;
	onStranded: (counter: string, amount: number) => void;
}): Map<string, QuotaStore> {
	const { configured, env, logger, onStranded } = options;
	const stores = new Map<string, QuotaStore>([["memory", new MemoryQuotaStore({ clock: systemClock, onStranded })]]);
	const read = configured.map((config) => ({ config, credentials: credentialsOf(config, env) }));
	for (const { config, credentials } of read) {
		const { name, redis } = config;
		const onTrouble = seldom((error) =>
			logger.warn({ store: name, err: error.message }, "no connection to the quota store"),
		);
		const client = connectRedis({ redis, credentials, onTrouble, clock: systemClock, random: Math.random });
		const { cluster, prefix, timeoutMs } = redis;
		stores.set(name, new RedisQuotaStore({ name, client, cluster, prefix, timeoutMs, clock: systemClock }));
	}
	return stores;
}

function credentialsOf({ name, redis }: StoreConfig, env: NodeJS.ProcessEnv): RedisCredentials {
	const file = (field: string, path: string) => readSecret(`quota store ${name}: ${field}`, path);
	const { passwordFile, passwordEnv, tls } = redis;
	return {
		...(passwordFile !== undefined && { password: file("passwordFile", passwordFile).replace(/\r?\n$/, "") }),
		...(passwordEnv !== undefined && { password: variable(name, passwordEnv, env) }),
		...(tls?.caFile !== undefined && { ca: file("tls.caFile", tls.caFile) }),
		...(tls?.certFile !== undefined && { cert: file("tls.certFile", tls.certFile) }),
		...(tls?.keyFile !== undefined && { key: file("tls.keyFile", tls.keyFile) }),
	};
}

function readSecret(what: string, path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (cause) {
		throw new MixerError("invalid", `${what}: ${path} cannot be read: ${MixerError.from(cause).message}`, { cause });
	}
}

function variable(store: string, name: string, env: NodeJS.ProcessEnv): string {
	const value = env[name];
	if (value === undefined || value === "")
		throw new MixerError("invalid", `quota store ${store}: passwordEnv: ${name} is not set in the environment`);
	return value;
}

function seldom(report: (error: Error) => void): (error: Error) => void {
	let quietUntil = 0;
	return (error) => {
		const now = systemClock.now();
		if (now < quietUntil) return;
		quietUntil = now + LOG_EVERY_MS;
		report(error);
	};
}
