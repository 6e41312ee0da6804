import { MixerError } from "../error.ts";

/** Why a part cannot listen, in words for the person who chose the port. */
export function listenFailure(part: string, address: string, cause: Error): MixerError {
	// grpc-js hands over the system's error as text only.
	const reason = cause.message.includes("EADDRINUSE") ? "the port is in use" : cause.message;
	return new MixerError("unavailable", `${part}: cannot listen on ${address}: ${reason}`, { cause });
}
