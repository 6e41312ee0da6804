import { createClient, createCluster } from "@redis/client";
import type { QuotaStore } from "../../../galley/snapshot.ts";
import type { Clock } from "../../observe/clock.ts";
import type { ScriptClient } from "./redis-store.ts";

/** First wait before connecting again; it doubles up to the other. */
const RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 2000;

/** Commands that wait to be written, for a socket that takes none. */
const MAX_QUEUED_COMMANDS = 10_000;

/** How often a server is asked whether it is there, and after what silence its connection is made anew. */
const PING_MS = 1000;
const SILENCE_MS = 5000;

/** Moves of one command in a Cluster that is being changed. */
const MAX_REDIRECTIONS = 4;

/** Secrets and certificates, read by the caller; none of them is in the configuration. */
export interface RedisCredentials {
	readonly password?: string;
	/** PEM. */
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: string;
}

export interface ConnectOptions {
	readonly redis: QuotaStore["redis"];
	readonly credentials: RedisCredentials;
	/** Told of trouble with the connection, once for each time it is lost or can't be had. */
	readonly onTrouble: (error: Error) => void;
	readonly clock: Pick<Clock, "after">;
	readonly random: () => number;
}

/**
 * A client that connects by itself, and again whenever the connection is lost. It never waits: without a connection
 * its commands fail at once.
 */
export function connectRedis(options: ConnectOptions): ScriptClient {
	const { redis, credentials } = options;
	const shared = {
		...(redis.username !== undefined && { username: redis.username }),
		...(credentials.password !== undefined && { password: credentials.password }),
		disableOfflineQueue: true,
		commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
		pingInterval: PING_MS,
		disableClientInfo: true,
		maintNotifications: "disabled",
	} as const;
	const socketOf = (address: string) => socketOptions(address, options);
	if (!redis.cluster) {
		const client = createClient({ ...shared, socket: socketOf(redis.addresses[0] ?? "") });
		client.on("error", options.onTrouble);
		client.connect().catch(options.onTrouble);
		return scriptClient(client, () => {
			if (client.isOpen) client.destroy();
		});
	}
	const { host: _host, port: _port, ...socket } = socketOf("");
	const cluster = createCluster({
		rootNodes: redis.addresses.map((address) => ({ socket: socketOf(address) })),
		defaults: { ...shared, socket },
		maxCommandRedirections: MAX_REDIRECTIONS,
	});
	cluster.on("error", options.onTrouble);
	const stop = keepConnecting(() => cluster.connect(), options);
	return scriptClient(cluster, () => {
		stop();
		if (cluster.isOpen) cluster.destroy();
	});
}

/** A Cluster finds its nodes only when it connects: until it has, it is tried again. */
function keepConnecting(connect: () => Promise<unknown>, { clock, onTrouble, random }: ConnectOptions): () => void {
	let cancel = () => {};
	let isStopped = false;
	const attempt = (retries: number): void => {
		connect().catch((error: Error) => {
			if (isStopped) return;
			onTrouble(error);
			cancel = clock.after(backoff(retries, random), () => attempt(retries + 1));
		});
	};
	attempt(0);
	return () => {
		isStopped = true;
		cancel();
	};
}

type Commands = Omit<ScriptClient, "close">;

function scriptClient(client: Commands, close: () => void): ScriptClient {
	return {
		evalSha: (sha, call) => client.evalSha(sha, call),
		eval: (text, call) => client.eval(text, call),
		del: (key) => client.del(key),
		close,
	};
}

function socketOptions(address: string, { redis, credentials, random }: ConnectOptions) {
	const [, bracketed, name = "", port = ""] = /^(?:\[(.+)\]|(.*)):(\d+)$/.exec(address) ?? [];
	const host = bracketed ?? name;
	const common = {
		host,
		port: Number(port),
		connectTimeout: redis.connectTimeoutMs,
		socketTimeout: SILENCE_MS,
		reconnectStrategy: (retries: number) => backoff(retries, random),
	};
	if (redis.tls === undefined) return common;
	const { ca, cert, key } = credentials;
	const { serverName } = redis.tls;
	const pem = {
		...(ca !== undefined && { ca }),
		...(cert !== undefined && { cert }),
		...(key !== undefined && { key }),
	};
	return { ...common, tls: true as const, ...pem, ...(serverName !== undefined && { servername: serverName }) };
}

/** Half of it is chance, so that Mixers don't come back all at once. */
function backoff(retries: number, random: () => number): number {
	return Math.min(MAX_RECONNECT_MS, RECONNECT_MS * 2 ** Math.min(retries, 10)) * (0.5 + random() / 2);
}
