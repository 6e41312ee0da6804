import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { Client, type ClientOptions, type ServiceError, status } from "@grpc/grpc-js";
import type { GrpcTarget } from "./grpc-target.ts";

/** Pauses between tries to connect: the first, doubled with each up to the last. */
const RECONNECT_MS = { first: 100, last: 5000 };

/** An answer has a result for each item. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Characters of a status's text that are shown. */
const MAX_STATUS_TEXT = 300;

const CHANNEL: ClientOptions = {
	"grpc.initial_reconnect_backoff_ms": RECONNECT_MS.first,
	"grpc.max_reconnect_backoff_ms": RECONNECT_MS.last,
	"grpc.max_receive_message_length": MAX_ANSWER_BYTES,
	// A connection is this client's alone, so that a new client has a new one.
	"grpc.use_local_subchannel_pool": 1,
	// Nothing but the composition root reads the environment.
	"grpc.enable_http_proxy": 0,
};

interface CallOptions {
	readonly withinMs?: number;
	readonly waits?: boolean;
}

/** A call that was not answered with a message. */
export class CallFailed extends Error {
	readonly code: status;

	constructor({ code, details }: ServiceError, method: string) {
		super(`${method}: ${status[code] ?? code}: ${details.slice(0, MAX_STATUS_TEXT)}`);
		this.code = code;
	}
}

/** Makes the calls of adapter.proto over a connection that is made anew whenever it is lost or silent. */
export class GrpcClient {
	readonly #target: GrpcTarget;
	readonly #signal: AbortSignal;
	#client: Client;

	/** @param signal gives up what is under way. */
	constructor(target: GrpcTarget, signal: AbortSignal) {
		this.#target = target;
		this.#signal = signal;
		this.#client = this.#connect();
	}

	/**
	 * Rejects with a CallFailed where there is no answer.
	 *
	 * @param options.withinMs - the target's deadline if left out.
	 * @param options.waits - whether it waits for a connection where there is none, as it does if left out.
	 */
	async call<In extends DescMessage, Out extends DescMessage>(
		method: DescMethodUnary<In, Out>,
		request: Uint8Array,
		options: CallOptions = {},
	): Promise<MessageShape<Out>> {
		const client = this.#client;
		try {
			return await this.#unary(client, method, request, options);
		} catch (error) {
			// The other end may have gone without a word, which TCP takes minutes to notice.
			if (error instanceof CallFailed && error.code === status.DEADLINE_EXCEEDED && client === this.#client) {
				this.#client = this.#connect();
				client.close();
			}
			throw error;
		}
	}

	close(): void {
		this.#client.close();
	}

	#unary<In extends DescMessage, Out extends DescMessage>(
		client: Client,
		{ name, parent, output }: DescMethodUnary<In, Out>,
		request: Uint8Array,
		{ withinMs = this.#target.deadlineMs, waits = true }: CallOptions,
	): Promise<MessageShape<Out>> {
		const metadata = this.#target.metadata.clone();
		metadata.setOptions({ waitForReady: waits });
		return new Promise((resolve, reject) => {
			const call = client.makeUnaryRequest(
				`/${parent.typeName}/${name}`,
				(bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
				(bytes) => fromBinary(output, bytes),
				request,
				metadata,
				{ deadline: Date.now() + withinMs },
				(error, answer) => {
					this.#signal.removeEventListener("abort", cancel);
					if (answer !== undefined) resolve(answer);
					else if (error !== null) reject(new CallFailed(error, name));
				},
			);
			const cancel = () => call.cancel();
			this.#signal.addEventListener("abort", cancel, { once: true });
			if (this.#signal.aborted) cancel();
		});
	}

	#connect(): Client {
		return new Client(this.#target.address, this.#target.credentials, CHANNEL);
	}
}
