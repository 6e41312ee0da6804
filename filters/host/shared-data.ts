import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Slice } from "../wire/slice";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** As `cas`: write only if the key is not there yet. No entry ever has this version. */
export const IF_ABSENT: u32 = u32.MAX_VALUE;

const casCell: usize = memory.data(4);

/**
 * Reads what any VM of the same vm_id wrote; NotFound if none did. Shared data never expires and is never deleted, so
 * keys come from a fixed set.
 */
export function readShared(key: Slice, out: HostBytes): Status {
	const at = out.beginRead();
	store<u32>(casCell, 0);
	const status: Status = host.proxy_get_shared_data(key.ptr, key.size, at, at + 4, casCell);
	if (status == Status.Ok) out.endRead();
	return status;
}

/** The version that the last `readShared` found, for `writeShared`. */
export function lastCas(): u32 {
	return load<u32>(casCell);
}

/**
 * Writes if the version is still `cas` (or IF_ABSENT, and there is none), else answers CasMismatch. `cas` 0 writes
 * over whatever is there.
 */
export function writeShared(key: Slice, ptr: usize, size: i32, cas: u32): Status {
	return host.proxy_set_shared_data(key.ptr, key.size, ptr, size, cas);
}
