// Seals a connection but from 127.0.0.2, traps on one from 127.0.0.3 and on a first byte "t": what the seal of connections
// and FAIL_RELOAD are tested with.
import { readBuffer } from "../../../filters/host/configuration";
import { HostBytes } from "../../../filters/host/memory";
import { PropertyPath, readProperty } from "../../../filters/host/properties";
import { sealConnection } from "../../../filters/tcp/seal";

export { malloc } from "../../../filters/host/memory";

/** BufferType NetworkDownstreamData of proxy-wasm. */
const DATA: i32 = 2;
const SOURCE = PropertyPath.of("source.address");
const bytes = new HostBytes();

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_new_connection(_id: u32): i32 {
	readProperty(SOURCE, bytes);
	let last = load<u8>(bytes.ptr, 8);
	if (last == 0x33) unreachable();
	if (last != 0x32) sealConnection();
	return 0;
}

export function proxy_on_downstream_data(_id: u32, size: i32, _end: u32): i32 {
	if (size > 0 && readBuffer(DATA, size, bytes) == 0 && load<u8>(bytes.ptr) == 0x74) unreachable();
	return 0;
}
