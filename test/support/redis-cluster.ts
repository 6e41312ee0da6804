import { createClient } from "@redis/client";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { RedisServer } from "./redis-server.ts";

/** Slots of a Redis Cluster. */
const SLOTS = 16_384;

/** A Redis Cluster of real processes on 127.0.0.1, without replicas. */
export class RedisCluster {
	readonly nodes: readonly RedisServer[];

	private constructor(nodes: readonly RedisServer[]) {
		this.nodes = nodes;
	}

	get addresses(): string[] {
		return this.nodes.map(({ port }) => `127.0.0.1:${port}`);
	}

	/** Starts the nodes, gives each its share of the slots and waits until all know of all. */
	static async start(count: number): Promise<RedisCluster> {
		// Each node's bus takes the port 10,000 above its own: within the port numbers for these.
		const ports = await freePorts(count);
		const options = [
			"--cluster-enabled",
			"yes",
			"--cluster-node-timeout",
			"2000",
			"--cluster-require-full-coverage",
			"no",
		];
		const nodes = await Promise.all(ports.map((port) => RedisServer.start(options, port)));
		const cluster = new RedisCluster(nodes);
		await cluster.#form();
		return cluster;
	}

	async stop(): Promise<void> {
		await Promise.all(this.nodes.map((node) => node.stop()));
	}

	async #form(): Promise<void> {
		const [first] = this.nodes;
		const clients = await Promise.all(
			this.nodes.map(({ port }) => createClient({ socket: { host: "127.0.0.1", port } }).connect()),
		);
		const share = Math.ceil(SLOTS / clients.length);
		for (const [index, client] of clients.entries()) {
			const end = Math.min(SLOTS, (index + 1) * share) - 1;
			await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(index * share), String(end)]).catch(() => {
				const slots = Array.from({ length: end - index * share + 1 }, (_, at) => String(index * share + at));
				return client.sendCommand(["CLUSTER", "ADDSLOTS", ...slots]);
			});
			await client.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(first?.port)]);
		}
		for (const client of clients) {
			for (
				let known = "";
				!known.includes(`cluster_slots_assigned:${SLOTS}`) || !known.includes("cluster_state:ok");
			) {
				known = String(await client.sendCommand(["CLUSTER", "INFO"]));
				await new Promise((resolve) => setImmediate(resolve));
			}
			client.destroy();
		}
	}
}
