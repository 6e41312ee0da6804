import * as host from "@solo-io/proxy-runtime/assembly/imports";

const cell: usize = memory.data(8);

/** Nanoseconds since 1970; 0 if the host has no clock, which Envoy always has. */
export function nowNs(): u64 {
	store<u64>(cell, 0);
	host.proxy_get_current_time_nanoseconds(cell);
	return load<u64>(cell);
}
