import { status } from "@grpc/grpc-js";
import { MixerError } from "../error.ts";

/** What a client is told: a gRPC status and a text without anything of the inside. */
export interface RpcStatus {
	readonly code: status;
	readonly details: string;
}

/** Too many calls at once: nothing was done, another try may work. */
export const overloaded: RpcStatus = { code: status.RESOURCE_EXHAUSTED, details: "too many calls at once" };

/** The client's deadline passed before anything was done. */
export const late: RpcStatus = { code: status.DEADLINE_EXCEEDED, details: "deadline exceeded" };

/** The caller may not do this, says `why`, which speaks of the caller alone. */
export function forbidden(why: string): RpcStatus {
	return { code: status.PERMISSION_DENIED, details: why };
}

/** A request beyond its method's bound; never decoded. */
export function tooLarge(bytes: number, maxBytes: number): RpcStatus {
	return { code: status.RESOURCE_EXHAUSTED, details: `request: ${bytes} bytes must be at most ${maxBytes}` };
}

/** The status for whatever a call's handler threw: the one place where errors become statuses. */
export function statusOf(thrown: unknown): RpcStatus {
	const error = MixerError.from(thrown);
	switch (error.code) {
		case "invalid":
			// Of a call, this speaks of the request alone, which the client wrote.
			return { code: status.INVALID_ARGUMENT, details: error.message };
		case "unavailable":
			return { code: status.UNAVAILABLE, details: "unavailable" };
		case "unknown_revision":
			return { code: status.FAILED_PRECONDITION, details: "unknown revision" };
		case "policy":
		case "tool":
		case "internal":
			return { code: status.INTERNAL, details: "internal error" };
	}
}
