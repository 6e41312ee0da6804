import { PropertyPath, writeProperty } from "../host/properties";
import { Status } from "../host/status";
import { Slice } from "../wire/slice";

/**
 * Filter state `wasm.sluice_tcp_seal`, of which envoy/tcp.yaml makes the name of the upstream's cluster: a connection
 * without it has none to go to. Not the name that requests are sealed by: they inherit what stands at their connection.
 */
const SEAL = PropertyPath.of("sluice_tcp_seal");
const VALUE = Slice.of("sealed");

/** Marks the selected connection as decided. */
export function sealConnection(): Status {
	return writeProperty(SEAL, VALUE.ptr, VALUE.size);
}
