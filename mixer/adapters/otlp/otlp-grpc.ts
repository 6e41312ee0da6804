import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { MAX_REQUEST_MS } from "../http/http-poster.ts";
import { RetryInfoSchema } from "./api/generated/google/rpc/error_details_pb.js";
import { StatusSchema } from "./api/generated/google/rpc/status_pb.js";
import type { TransportOptions } from "./otlp-config.ts";
import { type OtlpAnswer, type OtlpSignal, type OtlpTransport, readTaken, TARGETS } from "./otlp-signal.ts";

/** Of an answer: it says how many items were rejected, and why. */
const MAX_ANSWER_BYTES = 65_536;

/** A backend that is back is noticed about as soon as the handler tries again. */
const RECONNECT_MS = { initial: 100, max: 5000 };

/** Of what a receiver says about a failure, for the log. */
const MAX_DETAILS = 200;

/** What OTLP/gRPC calls worth another try; RESOURCE_EXHAUSTED only where the receiver says when. */
const RETRIED: ReadonlySet<status> = new Set([
	status.CANCELLED,
	status.DEADLINE_EXCEEDED,
	status.ABORTED,
	status.OUT_OF_RANGE,
	status.UNAVAILABLE,
	status.DATA_LOSS,
]);

/** Calls an OTLP/gRPC receiver over one connection that is kept. */
export class OtlpGrpc implements OtlpTransport {
	readonly #client: Client;
	readonly #metadata = new Metadata();
	readonly #signal: AbortSignal;

	constructor({ endpoint, headers, tls, compression, signal }: TransportOptions) {
		const isTls = endpoint.protocol === "https:";
		const { ca = null, key = null, cert = null } = tls;
		const secured = () => credentials.createSsl(ca, key, cert);
		this.#signal = signal;
		for (const [name, value] of Object.entries(headers)) this.#metadata.set(name, value);
		this.#client = new Client(authority(endpoint), isTls ? secured() : credentials.createInsecure(), {
			"grpc.default_compression_algorithm":
				compression === "gzip" ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
			"grpc.max_receive_message_length": MAX_ANSWER_BYTES,
			"grpc.initial_reconnect_backoff_ms": RECONNECT_MS.initial,
			"grpc.max_reconnect_backoff_ms": RECONNECT_MS.max,
			// The handler's queue tries again.
			"grpc.enable_retries": 0,
			"grpc.service_config_disable_resolution": 1,
		});
	}

	send(signal: OtlpSignal, request: Uint8Array): Promise<OtlpAnswer> {
		const bytes = (value: Uint8Array) => Buffer.from(value);
		return new Promise((resolve) => {
			const stop = () => call.cancel();
			const call = this.#client.makeUnaryRequest(
				TARGETS[signal].method,
				bytes,
				(answer: Buffer) => readTaken(signal, answer),
				request,
				this.#metadata,
				{ deadline: Date.now() + MAX_REQUEST_MS },
				(error, answer) => {
					this.#signal.removeEventListener("abort", stop);
					resolve(error === null ? (answer ?? readTaken(signal, new Uint8Array())) : failed(error));
				},
			);
			this.#signal.addEventListener("abort", stop, { once: true });
			if (this.#signal.aborted) stop();
		});
	}

	close(): void {
		this.#client.close();
	}
}

function failed(error: ServiceError): OtlpAnswer {
	const afterMs = retryDelayMs(error.metadata);
	const isRetried = RETRIED.has(error.code) || (error.code === status.RESOURCE_EXHAUSTED && afterMs !== undefined);
	const name = status[error.code] ?? String(error.code);
	if (!isRetried) return { kind: "refused", reason: `grpc_${name.toLowerCase()}` };
	const message = `answered ${name}: ${error.details.slice(0, MAX_DETAILS)}`;
	return { kind: "retry", message, ...(afterMs !== undefined && { afterMs }) };
}

/** google.rpc.RetryInfo among the status's details; without one, or one that can't be read, undefined. */
function retryDelayMs(metadata: Metadata): number | undefined {
	const [bytes] = metadata.get("grpc-status-details-bin");
	if (!Buffer.isBuffer(bytes)) return undefined;
	try {
		for (const detail of fromBinary(StatusSchema, bytes).details) {
			const delay = anyUnpack(detail, RetryInfoSchema)?.retryDelay;
			if (delay !== undefined) return Number(delay.seconds) * 1000 + delay.nanos / 1e6;
		}
	} catch {
		// What the receiver says can't be read: it says nothing.
	}
	return undefined;
}

/** The port that OTLP has over gRPC is not that of the URL's scheme. */
function authority({ hostname, port }: URL): string {
	return `${hostname}:${port === "" ? "4317" : port}`;
}
