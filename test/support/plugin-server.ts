import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../../cli/up/child.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";

/** Longest start, in milliseconds: it compiles its policies first. */
const START_TIMEOUT_MS = 20_000;

/** Between SIGTERM and SIGKILL, in milliseconds. */
const STOP_GRACE_MS = 2000;

/** The program of test/peers/envoy-authz as a server that Envoy's ext_authz asks. */
export class PluginServer {
	readonly port: number;
	readonly #child: Child;
	readonly #dir: string;

	private constructor(child: Child, dir: string, port: number) {
		this.#child = child;
		this.#dir = dir;
		this.port = port;
	}

	/** @param options.query what is asked, "data.shop.allow"; @param options.descriptors a file, for gRPC messages. */
	static async start(options: {
		program: string;
		policy: string;
		query: string;
		descriptors: string;
	}): Promise<PluginServer> {
		const { program, policy, query, descriptors } = options;
		const dir = await mkdtemp(join(tmpdir(), "sluice-plugin-"));
		let port: number | undefined;
		const child = new Child({
			name: "the peer",
			command: program,
			args: ["-policy", policy, "-query", query, "-proto-descriptor", descriptors],
			logFile: join(dir, "log"),
			onLine: (line) => {
				const [, digits] = /^\{"event":"ready","port":(\d+)\}$/.exec(line) ?? [];
				if (digits !== undefined) port = Number(digits);
			},
		});
		const failed = child.ended.then(async () => {
			throw await child.failure();
		});
		failed.catch(() => undefined); // a later end shows as requests that are not answered
		const probe = async () => port !== undefined;
		await Promise.race([failed, waitUntil({ what: "the peer's start", timeoutMs: START_TIMEOUT_MS, probe })]);
		return new PluginServer(child, dir, port ?? 0);
	}

	async stop(): Promise<void> {
		await this.#child.stop(STOP_GRACE_MS);
		await rm(this.#dir, { recursive: true });
	}
}
