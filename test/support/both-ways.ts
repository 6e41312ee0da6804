import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Document } from "yaml";
import { EchoUpstream } from "./echo-upstream.ts";
import { TestEnvoy } from "./envoy.ts";
import { type ExampleRequest, type Outcome, outcome, type Way } from "./example-outcome.ts";
import { BODY_BYTES, writeExamples } from "./examples.ts";
import { Mesh } from "./mesh.ts";
import { pluginFront } from "./plugin-front.ts";
import { PluginServer } from "./plugin-server.ts";

/** The examples of test/testdata/from-ext-authz twice: in Sluice, and behind ext_authz as OPA's Envoy plugin answers. */
export class BothWays {
	readonly #ours: Mesh;
	readonly #theirs: Way;
	readonly #server: PluginServer;

	private constructor(ours: Mesh, theirs: Way, server: PluginServer) {
		this.#ours = ours;
		this.#theirs = theirs;
		this.#server = server;
	}

	static async start(options: {
		/** The peer's. */
		program: string;
		examples: readonly string[];
		/** Rego files beside those of the examples. */
		files: Readonly<Record<string, string>>;
		/** Changes to the configuration of both Envoys. */
		change?: (config: Document) => void;
	}): Promise<BothWays> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-both-"));
		try {
			const [configuration, policy] = [join(dir, "sluice"), join(dir, "plugin")];
			await writeExamples(configuration, options.files);
			// The plugin takes every file of YAML for data.
			await cp(configuration, policy, { recursive: true, filter: (file) => !/\.(ya?ml|binpb)$/.test(file) });
			const descriptors = join(configuration, "protos/orders.binpb");
			await writeFile(join(policy, "router.rego"), router(options.examples));
			const query = "data.router.decision";
			const server = await PluginServer.start({ program: options.program, policy, query, descriptors });
			const upstream = await EchoUpstream.start();
			const front = pluginFront(server.port, { maxBodyBytes: BODY_BYTES, allowPartial: true });
			const change = (config: Document) => {
				front(config);
				options.change?.(config);
			};
			const ports = { upstreamPort: upstream.port, upstreamHttp2Port: upstream.http2Port, mixerPort: 1 };
			const envoy = await TestEnvoy.start({ ...ports, filter: "{}", change });
			const ours = await Mesh.start({ configuration, ...(options.change && { change: options.change }) });
			return new BothWays(ours, { envoy, upstream }, server);
		} finally {
			await rm(dir, { recursive: true });
		}
	}

	/** Sends a request either way; over TLS where the agent is one for that. */
	async ask(request: ExampleRequest, agent?: Agent): Promise<{ ours: Outcome; theirs: Outcome }> {
		const ways = [this.#ours, this.#theirs] as const;
		const [ours, theirs] = await Promise.all([outcome(ways[0], request, agent), outcome(ways[1], request, agent)]);
		return { ours, theirs };
	}

	async stop(): Promise<void> {
		await Promise.all([this.#ours.stop(), this.#theirs.envoy.stop()]);
		await Promise.all([this.#theirs.upstream.stop(), this.#server.stop()]);
	}
}

/** The plugin has one decision for all. */
function router(examples: readonly string[]): string {
	const rules = examples.map((name) => {
		return `decision := data.${name}.authz.allow if input.attributes.request.http.host == "${name}.example"\n`;
	});
	return ["package router\n", ...rules].join("\n");
}
