import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
	type Metadata,
	Server,
	ServerCredentials,
	type ServerUnaryCall,
	type sendUnaryData,
	type status,
} from "@grpc/grpc-js";
import {
	Adapter,
	type CloseRequest,
	CloseRequestSchema,
	CloseResponseSchema,
	type HandleRequest,
	HandleRequestSchema,
	HandleResponseSchema,
	ItemResult_Status,
	type OpenRequest,
	OpenRequestSchema,
	OpenResponseSchema,
	Signal,
	type ValidateRequest,
	ValidateRequestSchema,
	ValidateResponseSchema,
} from "../../mixer/api/generated/adapter_pb.js";
import { unaryDefinition } from "../../mixer/server/unary-call.ts";

/** What a call is answered with: a message, a failure, or nothing at all. */
type Answer<Out extends DescMessage> =
	| MessageInitShape<Out>
	| { readonly fails: status; readonly details?: string }
	| "hangs";

type Later<Out extends DescMessage> = Answer<Out> | Promise<Answer<Out>>;

const DELIVERED = { results: [{ status: ItemResult_Status.DELIVERED }] };
const SIGNALS = [Signal.RECORD, Signal.METRIC, Signal.LOG, Signal.SPAN];

/** An adapter at the other end of adapter.proto that keeps what it is asked and answers as it is told. */
export class ScriptedAdapter {
	readonly port: number;
	readonly validated: ValidateRequest[] = [];
	readonly opened: OpenRequest[] = [];
	readonly handled: HandleRequest[] = [];
	readonly closed: CloseRequest[] = [];
	/** Of the last call. */
	metadata: Metadata | undefined;
	/** The other end's address and port, of the last call. */
	peer: string | undefined;
	validation: Answer<typeof ValidateResponseSchema> = { adapter: "scripted", signals: SIGNALS };
	opening: Answer<typeof OpenResponseSchema> = { signals: SIGNALS };
	/** Taken from the front; all is delivered when there are none. */
	readonly answers: Answer<typeof HandleResponseSchema>[] = [];
	/** Answers where `answers` has none, at once or later. */
	answer: (request: HandleRequest) => Later<typeof HandleResponseSchema> = () => DELIVERED;
	readonly #server: Server;

	private constructor(server: Server, port: number) {
		this.#server = server;
		this.port = port;
	}

	get endpoint(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/**
	 * @param options.address - where it listens instead of a port of 127.0.0.1, such as `unix:/PATH`.
	 * @param options.serves - whether it is an adapter at all, as it is if left out.
	 */
	static async start(
		options: { port?: number; address?: string; credentials?: ServerCredentials; serves?: boolean } = {},
	): Promise<ScriptedAdapter> {
		const server = new Server();
		let adapter: ScriptedAdapter | undefined;
		const methods: Record<string, (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void> = {
			Validate: (call, callback) => {
				adapter?.validated.push(fromBinary(ValidateRequestSchema, call.request));
				adapter?.reply(call, callback, [ValidateResponseSchema, adapter.validation]);
			},
			Open: (call, callback) => {
				adapter?.opened.push(fromBinary(OpenRequestSchema, call.request));
				adapter?.reply(call, callback, [OpenResponseSchema, adapter.opening]);
			},
			Handle: async (call, callback) => {
				const request = fromBinary(HandleRequestSchema, call.request);
				adapter?.handled.push(request);
				adapter?.reply(call, callback, [
					HandleResponseSchema,
					adapter.answers.shift() ?? (await adapter.answer(request)),
				]);
			},
			Close: (call, callback) => {
				adapter?.closed.push(fromBinary(CloseRequestSchema, call.request));
				adapter?.reply(call, callback, [CloseResponseSchema, {}]);
			},
		};
		if (options.serves !== false) {
			const definitions = Object.keys(methods).map((name) => [name, unaryDefinition(`/${Adapter.typeName}/${name}`)]);
			server.addService(Object.fromEntries(definitions), methods);
		}
		const { port = 0, credentials = ServerCredentials.createInsecure() } = options;
		const bound = await new Promise<number>((resolve, reject) => {
			const done = (error: Error | null, at: number) => (error === null ? resolve(at) : reject(error));
			server.bindAsync(options.address ?? `127.0.0.1:${port}`, credentials, done);
		});
		adapter = new ScriptedAdapter(server, bound);
		return adapter;
	}

	reply<Out extends DescMessage>(
		call: ServerUnaryCall<Buffer, Buffer>,
		callback: sendUnaryData<Buffer>,
		[schema, answer]: [Out, Answer<Out>],
	): void {
		this.metadata = call.metadata;
		this.peer = call.getPeer();
		if (answer === "hangs") return;
		if (isFailure(answer)) callback({ code: answer.fails, details: answer.details ?? "" });
		else callback(null, Buffer.from(toBinary(schema, create(schema, answer))));
	}

	/** Ends every connection at once. */
	stop(): void {
		this.#server.forceShutdown();
	}
}

function isFailure(answer: object): answer is { readonly fails: status; readonly details?: string } {
	return "fails" in answer;
}
