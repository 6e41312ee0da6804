import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";
import { HeaderList } from "./header-list";
import { Status } from "./status";

/** No gRPC status of our own: Envoy derives one from the HTTP status for a gRPC client. */
export const NO_GRPC_STATUS: i32 = -1;

/** WasmStreamType Request of proxy-wasm. */
const REQUEST: i32 = 0;

/**
 * Makes what follows in this callback act on a stream. Callbacks of calls and ticks arrive on the root context, where
 * without this `continueRequest` answers Ok and does nothing. BadArgument: the stream is gone.
 */
export function selectStream(contextId: u32): Status {
	return host.proxy_set_effective_context(contextId);
}

/** Lets the selected stream's paused request go on. */
export function continueRequest(): Status {
	return host.proxy_continue_stream(REQUEST);
}

/**
 * Answers the selected stream in the upstream's place. The answer passes our own proxy_on_response_headers.
 *
 * @param details what response.code_details says.
 */
export function sendLocalResponse(
	status: u32,
	details: Slice,
	bodyPtr: usize,
	bodySize: i32,
	headers: HeaderList,
	grpcStatus: i32,
): Status {
	const pairs = headers.serialize();
	return <Status>(
		host.proxy_send_local_response(
			status,
			details.ptr,
			details.size,
			bodyPtr,
			bodySize,
			pairs.ptr,
			pairs.size,
			grpcStatus,
		)
	);
}
