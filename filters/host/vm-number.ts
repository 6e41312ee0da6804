import { Slice } from "../wire/slice";
import { HostBytes } from "./memory";
import { IF_ABSENT, lastCas, readShared, writeShared } from "./shared-data";
import { Status } from "./status";

const KEY = Slice.of("sluice.vms");
/** VMs that start at the same moment try again; more than this at once do not exist. */
const MAX_TRIES: i32 = 64;
const number = memory.data(4);

/** The number of this VM among all that this Envoy has started under one vm_id: 1, 2, 3 …; 0 if none could be had. */
export function nextVmNumber(): u32 {
	let bytes = new HostBytes();
	for (let i = 0; i < MAX_TRIES; i++) {
		let status = readShared(KEY, bytes);
		let last: u32 = status == Status.Ok && bytes.size == 4 ? load<u32>(bytes.ptr) : 0;
		let cas = status == Status.Ok ? lastCas() : IF_ABSENT;
		bytes.free();
		store<u32>(number, last + 1);
		if (writeShared(KEY, number, 4, cas) == Status.Ok) return last + 1;
	}
	return 0;
}
