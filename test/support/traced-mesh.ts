import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Document } from "yaml";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { Span } from "../../mixer/adapters/otlp/api/generated/opentelemetry/proto/trace/v1/trace_pb.js";
import { testConfiguration } from "./configuration.ts";
import { Mesh } from "./mesh.ts";
import { OtlpGrpcReceiver } from "./otlp-grpc-receiver.ts";
import { OtlpReceiver } from "./otlp-receiver.ts";

/** Longest way of a span from Envoy to a receiver, in milliseconds: a batch of records waits for a second at most. */
const SPANS_TIMEOUT_MS = 10_000;

/** The shop behind a real Envoy and a real Mixer that sends a span of each request to two receivers. */
export class TracedMesh {
	readonly mesh: Mesh;
	readonly #http: OtlpReceiver;
	readonly #grpc: OtlpGrpcReceiver;
	readonly #folder: string;

	private constructor(parts: { mesh: Mesh; http: OtlpReceiver; grpc: OtlpGrpcReceiver; folder: string }) {
		this.mesh = parts.mesh;
		this.#http = parts.http;
		this.#grpc = parts.grpc;
		this.#folder = parts.folder;
	}

	/** @param sampling of traces that nobody has decided on. */
	static async start({ sampling, change }: { sampling: number; change?: (config: Document) => void }) {
		const http = await OtlpReceiver.start();
		const grpc = await OtlpGrpcReceiver.start();
		const folder = await mkdtemp(join(tmpdir(), "sluice-traced-"));
		await cp(testConfiguration("shop"), folder, { recursive: true });
		const settings = await readFile(join(folder, "sluice.yaml"), "utf8");
		await writeFile(
			join(folder, "sluice.yaml"),
			settings.replace("{default: deny,", `$& tracing: {sampling: ${sampling}},`),
		);
		await writeFile(join(folder, "spans.yaml"), spansYaml({ http: http.url, grpc: grpc.url }));
		const mesh = await Mesh.start({ configuration: folder, ...(change && { change }) });
		return new TracedMesh({ mesh, http, grpc, folder });
	}

	/** The one span of a trace, which both receivers got. */
	async spanOf(traceId: string): Promise<Span> {
		const of = (spans: readonly Span[]) => spans.filter((span) => hex(span.traceId) === traceId);
		const found = () => [of(this.#http.spans()), of(this.#grpc.spans())] as const;
		const probe = async () => found().every((spans) => spans.length > 0);
		await waitUntil({ what: `the arrival of the span of ${traceId}`, timeoutMs: SPANS_TIMEOUT_MS, probe });
		const [[overHttp, ...more], [overGrpc, ...others]] = found();
		if (overHttp === undefined || overGrpc === undefined || more.length + others.length > 0) {
			throw new Error(`${traceId} has more than one span`);
		}
		if (hex(overHttp.spanId) !== hex(overGrpc.spanId)) throw new Error(`${traceId} has two spans`);
		return overHttp;
	}

	/** How many spans have come over HTTP. */
	get spans(): number {
		return this.#http.spans().length;
	}

	async stop(): Promise<void> {
		await this.mesh.stop();
		this.#http.stop();
		this.#grpc.stop();
		await rm(this.#folder, { recursive: true });
	}
}

/** An id as text. */
export function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}

function spansYaml({ http, grpc }: { http: string; grpc: string }): string {
	const head = (kind: string, name: string) =>
		`---\napiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
	return `${head("Handler", "over-http")}spec: {adapter: otlp, config: {endpoint: "${http}"}}
${head("Handler", "over-grpc")}spec: {adapter: otlp, config: {protocol: grpc, endpoint: "${grpc}", compression: gzip}}
${head("Telemetry", "traces")}spec:
  spans:
    - {name: requests, attributes: {decision: check.id}, handlers: [over-http, over-grpc]}
`;
}
