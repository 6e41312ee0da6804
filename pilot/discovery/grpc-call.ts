import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import type { PilotError, PilotErrorCode } from "../error.ts";
import type { AnyRequest } from "./protocol.ts";
import { DiscoveryStream, type StreamOptions } from "./stream.ts";
import type { Answer } from "./watch.ts";

/** A call of a discovery method. It emits "cancelled" at its end, however it ends. */
export type GrpcCall = ServerDuplexStream<Buffer, Answer>;

/** Connects a stream with its call. */
export function openStream<Request extends AnyRequest>(
	call: GrpcCall,
	options: Omit<StreamOptions<Request>, "call" | "peer">,
): DiscoveryStream<Request> {
	const peer = { address: call.getPeer(), certificate: call.getAuthContext().sslPeerCertificate };
	const stream = new DiscoveryStream({
		...options,
		peer,
		call: { send: (answer, sent) => call.write(answer, sent), fail: (error) => failCall(call, error) },
	});
	call.on("data", (bytes: Buffer) => stream.receive(bytes));
	call.once("end", () => call.end());
	call.once("cancelled", () => stream.end());
	return stream;
}

/** Ends a call with an error's status. */
export function failCall(call: GrpcCall, error: PilotError): void {
	call.emit("error", { code: statusOf(error.code), details: error.message });
}

function statusOf(code: PilotErrorCode): status {
	switch (code) {
		case "invalid":
			return status.INVALID_ARGUMENT;
		case "forbidden":
			return status.PERMISSION_DENIED;
		case "exhausted":
			return status.RESOURCE_EXHAUSTED;
		case "unavailable":
			return status.UNAVAILABLE;
		case "internal":
			return status.INTERNAL;
	}
}
