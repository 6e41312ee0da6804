import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testConfiguration } from "./configuration.ts";
import { balance } from "./discovery-envoy.ts";
import { EchoUpstream } from "./echo-upstream.ts";
import { TestEnvoy } from "./envoy.ts";
import { RedisServer } from "./redis-server.ts";
import { ServerProcess } from "./server-process.ts";

/** Quotas at work with every part a process of its own: Redis, `sluice serve`, and Envoys that have the filter from it. */
export class QuotaMesh {
	readonly redis: RedisServer;
	readonly upstream: EchoUpstream;
	readonly envoys: TestEnvoy[] = [];
	server: ServerProcess;
	readonly #dir: string;
	#words = 0;

	private constructor(parts: { redis: RedisServer; upstream: EchoUpstream; server: ServerProcess; dir: string }) {
		this.redis = parts.redis;
		this.upstream = parts.upstream;
		this.server = parts.server;
		this.#dir = parts.dir;
	}

	static async start(envoys: number): Promise<QuotaMesh> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-quotas-"));
		await cp(testConfiguration("quota-faults"), dir, { recursive: true });
		const redis = await RedisServer.start();
		const file = join(dir, "sluice.yaml");
		await writeFile(file, (await readFile(file, "utf8")).replaceAll("REDIS_PORT", String(redis.port)));
		const server = await ServerProcess.start({ configDir: dir }).catch(async (error: unknown) => {
			await redis.stop();
			throw error;
		});
		const mesh = new QuotaMesh({ redis, upstream: await EchoUpstream.start(), server, dir });
		try {
			await Promise.all(Array.from({ length: envoys }, (_, i) => mesh.#addEnvoy(`edge-${i + 1}`)));
			return mesh;
		} catch (error) {
			await mesh.stop();
			throw error;
		}
	}

	/** Another revision, whose decisions say the word that this returns. */
	async edit(): Promise<string> {
		const word = `w${++this.#words}`;
		const temporary = join(this.#dir, ".data.tmp");
		await writeFile(temporary, JSON.stringify({ drawn: { word } }));
		await rename(temporary, join(this.#dir, "drawn/data.json"));
		return word;
	}

	async stop(): Promise<void> {
		await Promise.all(this.envoys.map((envoy) => envoy.stop()));
		await Promise.all([this.server.stop(), this.upstream.stop(), this.redis.stop()]);
		await rm(this.#dir, { recursive: true, force: true });
	}

	async #addEnvoy(nodeId: string): Promise<void> {
		const { upstream, server } = this;
		const filter = { discoveryPort: server.ready.discoveryPort };
		const ports = { upstreamPort: upstream.port, mixerPort: server.port };
		this.envoys.push(await TestEnvoy.startWithMixer({ ...ports, filter, nodeId, change: balance }));
	}
}
