import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** BufferTypes VmConfiguration and PluginConfiguration of proxy-wasm. */
const VM_CONFIGURATION: i32 = 6;
const PLUGIN_CONFIGURATION: i32 = 7;

/** What the operator configured this plugin with, within proxy_on_configure. */
export function readPluginConfiguration(out: HostBytes): Status {
	return readBuffer(PLUGIN_CONFIGURATION, i32.MAX_VALUE, out);
}

/** What the operator configured the VM with, within proxy_on_vm_start. */
export function readVmConfiguration(out: HostBytes): Status {
	return readBuffer(VM_CONFIGURATION, i32.MAX_VALUE, out);
}

/** Asks for proxy_on_tick every so many milliseconds, on the root context; 0 stops it. */
export function setTickPeriod(ms: u32): Status {
	return host.proxy_set_tick_period_milliseconds(ms);
}

/** At most `size` bytes from the start of one of the host's buffers. */
export function readBuffer(buffer: i32, size: i32, out: HostBytes): Status {
	const at = out.beginRead();
	const status: Status = host.proxy_get_buffer_bytes(buffer, 0, size, at, at + 4);
	if (status == Status.Ok) out.endRead();
	return status;
}
