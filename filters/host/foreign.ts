import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";
import { HostBytes } from "./memory";
import { Status } from "./status";

/**
 * Calls a function that Envoy has beside the ABI, by name; NotFound where it has none of that name. Only after Ok there
 * is something to free.
 */
export function callForeign(name: Slice, ptr: usize, size: i32, out: HostBytes): Status {
	const at = out.beginRead();
	const status: Status = host.proxy_call_foreign_function(name.ptr, name.size, ptr, size, at, at + 4);
	if (status == Status.Ok) out.endRead();
	return status;
}
