import {
	create,
	type DescMessage,
	fromBinary,
	type MessageInitShape,
	type MessageShape,
	toBinary,
} from "@bufbuild/protobuf";
import {
	type ChannelCredentials,
	Client,
	type ClientDuplexStream,
	type ClientOptions,
	credentials,
	type StatusObject,
} from "@grpc/grpc-js";
import {
	DeltaDiscoveryRequestSchema,
	DeltaDiscoveryResponseSchema,
	DiscoveryRequestSchema,
	DiscoveryResponseSchema,
} from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { endpoints } from "../../../pilot/discovery/endpoint.ts";

/** One method with its messages. */
interface Method<In extends DescMessage, Out extends DescMessage> {
	readonly path: string;
	readonly input: In;
	readonly output: Out;
}

const sotw = { input: DiscoveryRequestSchema, output: DiscoveryResponseSchema };
const delta = { input: DeltaDiscoveryRequestSchema, output: DeltaDiscoveryResponseSchema };

export const methods = {
	sotwEcds: { ...sotw, path: endpoints.sotw[0].path },
	sotwAds: { ...sotw, path: endpoints.sotw[1].path },
	deltaEcds: { ...delta, path: endpoints.delta[0].path },
	deltaAds: { ...delta, path: endpoints.delta[1].path },
};

/** A proxy's connection to the discovery server, on which a test says every word itself. */
export class DiscoveryClient {
	readonly grpc: Client;

	constructor(port: number, secured: { credentials?: ChannelCredentials; options?: ClientOptions } = {}) {
		this.grpc = new Client(`127.0.0.1:${port}`, secured.credentials ?? credentials.createInsecure(), {
			// Itself, whatever HTTP proxy the machine has.
			"grpc.enable_http_proxy": 0,
			"grpc.use_local_subchannel_pool": 1,
			"grpc.max_receive_message_length": -1,
			...secured.options,
		});
	}

	open<In extends DescMessage, Out extends DescMessage>(method: Method<In, Out>): ClientStream<In, Out> {
		const identity = (bytes: Buffer) => bytes;
		return new ClientStream(this.grpc.makeBidiStreamRequest(method.path, identity, identity), method);
	}

	close(): void {
		this.grpc.close();
	}
}

/** One stream of a client. */
export class ClientStream<In extends DescMessage, Out extends DescMessage> {
	/** How it ended. */
	readonly ended: Promise<Pick<StatusObject, "code" | "details">>;
	readonly #call: ClientDuplexStream<Buffer, Buffer>;
	readonly #method: Method<In, Out>;
	readonly #arrived: MessageShape<Out>[] = [];
	readonly #waiting: ((response: MessageShape<Out>) => void)[] = [];

	constructor(call: ClientDuplexStream<Buffer, Buffer>, method: Method<In, Out>) {
		this.#call = call;
		this.#method = method;
		call.on("data", (bytes: Buffer) => this.#take(fromBinary(method.output, bytes)));
		call.on("error", () => undefined); // the status says it as well
		this.ended = new Promise((resolve) => call.on("status", ({ code, details }) => resolve({ code, details })));
	}

	ask(init: MessageInitShape<In>): void {
		this.send(toBinary(this.#method.input, create(this.#method.input, init)));
	}

	/** Sends bytes as they are. */
	send(bytes: Uint8Array): void {
		this.#call.write(Buffer.from(bytes));
	}

	/** The next response, when it is there. */
	next(): Promise<MessageShape<Out>> {
		const response = this.#arrived.shift();
		if (response !== undefined) return Promise.resolve(response);
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	/** Says that nothing more is asked. */
	finish(): void {
		this.#call.end();
	}

	cancel(): void {
		this.#call.cancel();
	}

	#take(response: MessageShape<Out>): void {
		const waiting = this.#waiting.shift();
		if (waiting === undefined) this.#arrived.push(response);
		else waiting(response);
	}
}
