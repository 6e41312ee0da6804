// The whole filter, which traps on a request that asks for it with x-trap: what a VM leaves that ends without a word.

import { HeaderMap, HeaderPairs } from "../../../filters/host/headers";
import { proxy_on_request_headers as decide } from "../../../filters/http";
import { Slice } from "../../../filters/wire/slice";

export {
	malloc,
	on_callback_failed,
	policyBuiltin,
	policyCheck,
	policyCheckAnswer,
	proxy_abi_version_0_2_1,
	proxy_on_configure,
	proxy_on_context_create,
	proxy_on_delete,
	proxy_on_done,
	proxy_on_grpc_close,
	proxy_on_grpc_receive,
	proxy_on_log,
	proxy_on_request_body,
	proxy_on_request_trailers,
	proxy_on_response_headers,
	proxy_on_tick,
	proxy_on_vm_start,
	strictBuiltinErrors,
} from "../../../filters/http";

const TRAP = Slice.of("x-trap");
const headers = new HeaderPairs();

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
	headers.read(HeaderMap.Request);
	if (headers.find(TRAP) >= 0) unreachable();
	headers.free();
	return decide(id, count, endOfStream);
}
