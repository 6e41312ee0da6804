import { Metadata, Server, ServerCredentials, type ServiceDefinition, status } from "@grpc/grpc-js";
import { type OtlpSignal, TARGETS } from "../../mixer/adapters/otlp/otlp-signal.ts";
import { requestJson, spansIn } from "./otlp-message.ts";
import type { ReceiverTls } from "./otlp-receiver.ts";

/** One call as it came. */
export interface OtlpCall {
	readonly signal: OtlpSignal;
	readonly metadata: Metadata;
	readonly body: unknown;
	readonly bytes: Uint8Array;
}

/** How a call is answered: with the bytes of a message, or as a failure. */
export interface OtlpGrpcReply {
	readonly code: status;
	readonly body?: Uint8Array;
	readonly details?: string;
	/** google.rpc.Status. */
	readonly statusDetails?: Uint8Array;
}

/** An OTLP/gRPC receiver that keeps what it gets and answers as it is told. */
export class OtlpGrpcReceiver {
	readonly calls: OtlpCall[] = [];
	readonly url: string;
	/** Taken from the front; OK when there are none. */
	readonly answers: OtlpGrpcReply[] = [];
	readonly #server: Server;

	private constructor(server: Server, url: string) {
		this.#server = server;
		this.url = url;
	}

	static async start(tls?: ReceiverTls): Promise<OtlpGrpcReceiver> {
		const server = new Server();
		let receiver: OtlpGrpcReceiver | undefined;
		for (const signal of ["metrics", "logs", "traces"] as const) {
			server.addService(definition(signal), {
				Export: (call: { request: Buffer; metadata: Metadata }, answer: Answer) => {
					receiver?.take({ signal, metadata: call.metadata, bytes: call.request }, answer);
				},
			});
		}
		const port = await listen(server, tls);
		receiver = new OtlpGrpcReceiver(server, `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`);
		return receiver;
	}

	/** All spans it got. */
	spans() {
		return this.calls.filter(({ signal }) => signal === "traces").flatMap(({ bytes }) => spansIn(bytes));
	}

	private take({ signal, metadata, bytes }: Omit<OtlpCall, "body">, answer: Answer): void {
		this.calls.push({ signal, metadata, bytes, body: requestJson(signal, bytes) });
		const { code, body, details = "", statusDetails } = this.answers.shift() ?? { code: status.OK };
		if (code === status.OK) {
			answer(null, Buffer.from(body ?? []));
			return;
		}
		const trailers = new Metadata();
		if (statusDetails !== undefined) trailers.set("grpc-status-details-bin", Buffer.from(statusDetails));
		answer({ code, details, metadata: trailers });
	}

	stop(): void {
		this.#server.forceShutdown();
	}
}

type Answer = (error: { code: status; details: string; metadata: Metadata } | null, value?: Buffer) => void;

function definition(signal: OtlpSignal): ServiceDefinition {
	const bytes = (value: Buffer) => value;
	return {
		Export: {
			path: TARGETS[signal].method,
			requestStream: false,
			responseStream: false,
			requestSerialize: bytes,
			requestDeserialize: bytes,
			responseSerialize: bytes,
			responseDeserialize: bytes,
		},
	};
}

function listen(server: Server, tls?: ReceiverTls): Promise<number> {
	const credentials =
		tls === undefined
			? ServerCredentials.createInsecure()
			: ServerCredentials.createSsl(
					tls.ca === undefined ? null : Buffer.from(tls.ca),
					[{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
					tls.ca !== undefined,
				);
	return new Promise((resolve, reject) => {
		server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
	});
}
