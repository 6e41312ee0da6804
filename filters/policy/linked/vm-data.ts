import { readVmConfiguration } from "../../host/configuration";
import { logCritical } from "../../host/log";
import { HostBytes } from "../../host/memory";
import { Status } from "../../host/status";
import { linkedPolicy } from "./linked-policy";

const LINE_FEED: u8 = 0x0a;

/**
 * Gives the linked policy its data, which stand in the VM's configuration behind the revision's line. True where there is
 * no policy; false, with the reason in Envoy's log, where the data can't be used.
 */
export function loadVmData(): bool {
	if (!linkedPolicy.present) return true;
	let bytes = new HostBytes();
	if (readVmConfiguration(bytes) != Status.Ok) {
		logCritical("sluice: no VM configuration; write it with sluice build");
		return false;
	}
	let start = 0;
	while (start < bytes.size && load<u8>(bytes.ptr + start) != LINE_FEED) start++;
	let loaded = start < bytes.size && linkedPolicy.load(bytes.ptr + start + 1, bytes.size - start - 1);
	bytes.free();
	if (!loaded) logCritical("sluice: the policy's data can't be loaded: not JSON, or more than its memory holds");
	return loaded;
}
