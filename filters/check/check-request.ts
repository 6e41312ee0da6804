import { Policy } from "../config/config";
import { Bytes } from "../wire/bytes";
import { writeBytesField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";

/** The fields of sluice.mixer.v1.CheckRequest. */
const ORIGIN: u32 = 1;
const REVISION: u32 = 2;
const ENTRYPOINTS: u32 = 3;
const INPUT: u32 = 4;
const DEDUP_ID: u32 = 5;

/** Writes the question of one request: the selected Policies' entrypoints in their order, and the input document. */
export function writeCheckRequest(
	out: Bytes,
	origin: Bytes,
	revision: Slice,
	policies: Array<Policy>,
	selected: u64,
	input: Bytes,
	id: Bytes,
): void {
	out.reset();
	writeBytesField(out, ORIGIN, origin.ptr, origin.size);
	writeBytesField(out, REVISION, revision.ptr, revision.size);
	for (let i = 0; i < policies.length; i++) {
		if ((selected & ((<u64>1) << i)) == 0) continue;
		let entrypoint = unchecked(policies[i]).entrypoint;
		writeBytesField(out, ENTRYPOINTS, entrypoint.ptr, entrypoint.size);
	}
	writeBytesField(out, INPUT, input.ptr, input.size);
	writeBytesField(out, DEDUP_ID, id.ptr, id.size);
}
