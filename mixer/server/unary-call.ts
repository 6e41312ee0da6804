import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type MethodDefinition, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { MixerError } from "../error.ts";
import type { Caller, Callers, ConnectedCall, Use } from "./caller.ts";
import { forbidden, late, overloaded, type RpcStatus, statusOf, tooLarge } from "./status.ts";

/** A method of one request and one answer, as generated code knows it. */
export interface UnaryMethod<Request, Out extends DescMessage> {
	readonly name: string;
	readonly output: Out;
	/** Reads a request; throws where the bytes are none. */
	readonly decode: (bytes: Uint8Array) => Request;
	/** Largest request in bytes. */
	readonly maxBytes: number;
	/** Calls at once; one more is refused before its request is decoded. */
	readonly maxCalls: number;
	/** What a caller must be allowed. */
	readonly use: Use;
	/** The proxy that a request says it comes from; undefined where it does not say. */
	readonly proxyOf: (request: Request) => string | undefined;
	/** Told who calls; undefined where nobody is asked. */
	readonly handle: (request: Request, caller: Caller | undefined) => Promise<MessageShape<Out>>;
}

/** What is used of a gRPC call. */
export type UnaryCall = Pick<ServerUnaryCall<Buffer, Buffer>, "request" | "getDeadline"> & ConnectedCall;

/** Told of every call's end; `error` is what was thrown, for the log. */
export type CallObserver = (call: { method: string; code: status; durationMs: number; error?: unknown }) => void;

/** How many calls are under way. A call holds its place until its work is done, even if its client has gone. */
export interface CallCount {
	underWay: number;
}

/** The method's gRPC definition: messages stay bytes, so that `handleUnary` bounds and decodes them itself. */
export function unaryDefinition(path: string): MethodDefinition<Buffer, Buffer> {
	const identity = (bytes: Buffer) => bytes;
	return {
		path,
		requestStream: false,
		responseStream: false,
		requestSerialize: identity,
		requestDeserialize: identity,
		responseSerialize: identity,
		responseDeserialize: identity,
	};
}

export interface UnaryOptions {
	readonly observe: CallObserver;
	readonly now: () => number;
	/** Of all methods. */
	readonly all: CallCount;
	/** Who may do what; everyone everything if left out. */
	readonly callers?: Callers | undefined;
}

/** Runs a method's calls: bounds, deadline, who may, decoding, one answer, errors as statuses. */
export function handleUnary<Request, Out extends DescMessage>(
	method: UnaryMethod<Request, Out>,
	options: UnaryOptions,
): (call: UnaryCall, callback: sendUnaryData<Buffer>) => void {
	const own: CallCount = { underWay: 0 };
	return async (call, callback) => {
		const start = options.now();
		const end = (code: status, error?: unknown) => {
			options.observe({ method: method.name, code, durationMs: options.now() - start, error });
		};
		const refuse = (refused: RpcStatus) => {
			callback(refused);
			end(refused.code);
		};
		const refused = refusal(method, { own, bytes: call.request.length, deadline: call.getDeadline(), nowMs: start });
		if (refused !== undefined) return refuse(refused);
		const caller = options.callers?.of(call);
		const ruling = caller?.refusal(method.use, undefined);
		if (ruling !== undefined) return refuse(forbidden(ruling));
		own.underWay++;
		options.all.underWay++;
		try {
			const request = decode(method, call.request);
			const claim = claimRefusal(method, { caller, request });
			if (claim !== undefined) return refuse(forbidden(claim));
			const answer = await method.handle(request, caller);
			callback(null, Buffer.from(toBinary(method.output, answer)));
			end(status.OK);
		} catch (error) {
			const rpcStatus = statusOf(error);
			callback(rpcStatus);
			end(rpcStatus.code, error);
		} finally {
			own.underWay--;
			options.all.underWay--;
		}
	};
}

function refusal(
	method: { readonly maxCalls: number; readonly maxBytes: number },
	call: { own: CallCount; bytes: number; deadline: Date | number; nowMs: number },
): RpcStatus | undefined {
	if (call.own.underWay >= method.maxCalls) return overloaded;
	if (call.bytes > method.maxBytes) return tooLarge(call.bytes, method.maxBytes);
	return Number(call.deadline) <= call.nowMs ? late : undefined;
}

/** A caller that speaks for another proxy than it is could hand in records in its name, or keep its own from being taken. */
function claimRefusal<Request, Out extends DescMessage>(
	{ use, proxyOf }: UnaryMethod<Request, Out>,
	{ caller, request }: { caller: Caller | undefined; request: Request },
): string | undefined {
	const proxy = proxyOf(request);
	return proxy === undefined ? undefined : caller?.refusal(use, proxy);
}

function decode<Request, Out extends DescMessage>(
	method: Pick<UnaryMethod<Request, Out>, "decode">,
	bytes: Uint8Array,
): Request {
	try {
		return method.decode(bytes);
	} catch (cause) {
		throw new MixerError("invalid", "request: not a valid message", { cause });
	}
}
