import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Document } from "yaml";
import { EchoUpstream } from "./echo-upstream.ts";
import { TestEnvoy } from "./envoy.ts";
import { testDescriptors } from "./grpc-descriptors.ts";
import { type Answer, send, sendHttp2 } from "./http-client.ts";
import { Mesh } from "./mesh.ts";
import { pluginFront } from "./plugin-front.ts";
import { PluginServer } from "./plugin-server.ts";
import { checkout } from "./programs.ts";

/** What of bodies is read, as test/testdata/from-ext-authz/sluice.yaml says it. */
export const BODY_BYTES = 4096;

/** A request to one of the examples, which have a host each. */
export interface ExampleRequest {
	readonly example: string;
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | readonly string[]>>;
	readonly body?: Uint8Array;
}

/** What came of a request: at the client, and at the service if it got there. */
export interface Outcome {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	readonly arrived?: {
		readonly method: string;
		readonly path: string;
		readonly headers: object;
		readonly body: string;
	};
}

interface Way {
	readonly envoy: TestEnvoy;
	readonly upstream: EchoUpstream;
}

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

/** Sluice alone, with the examples. */
export async function startExamples(files: Readonly<Record<string, string>>): Promise<Mesh> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-examples-"));
	try {
		const configuration = join(dir, "sluice");
		await writeExamples(configuration, files);
		return await Mesh.start({ configuration });
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** The plugin has one decision for all. */
function router(examples: readonly string[]): string {
	const rules = examples.map((name) => {
		return `decision := data.${name}.authz.allow if input.attributes.request.http.host == "${name}.example"\n`;
	});
	return ["package router\n", ...rules].join("\n");
}

async function writeExamples(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
	await mkdir(dir);
	await cp(join(checkout, "test/testdata/from-ext-authz"), dir, { recursive: true });
	await writeFile(join(dir, "protos/orders.binpb"), (await testDescriptors("from-ext-authz/protos")).bytes);
	for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
}

async function outcome({ envoy, upstream }: Way, request: ExampleRequest, agent?: Agent): Promise<Outcome> {
	upstream.arrivals.length = 0;
	const { status, headers, body } = await sent(envoy.port, request, agent);
	const [arrival, ...more] = upstream.arrivals.splice(0);
	if (more.length > 0) throw new Error("the upstream got a request twice");
	return {
		status,
		headers: Object.fromEntries(headers),
		body,
		...(arrival && { arrived: { ...arrival, headers: Object.fromEntries(arrival.headers) } }),
	};
}

/** Calls of gRPC go over HTTP/2. */
function sent(port: number, request: ExampleRequest, agent?: Agent): Promise<Answer> {
	const { example, method, path, headers, body } = request;
	const host = `${example}.example`;
	const fields = Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]);
	if (example !== "orders") {
		const length = body === undefined ? {} : { "content-length": String(body.length) };
		return send({
			port,
			method,
			path,
			headers: { host, ...Object.fromEntries(fields), ...length },
			...(body && { body }),
			...(agent && { agent }),
		});
	}
	const pseudo = { ":method": method, ":path": path, ":authority": host, te: "trailers" };
	return sendHttp2(port, { ...pseudo, ...Object.fromEntries(fields) }, body);
}
