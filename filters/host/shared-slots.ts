import { Slice } from "../wire/slice";
import { HostBytes } from "./memory";
import { IF_ABSENT, lastCas, readShared, writeShared } from "./shared-data";
import { Status } from "./status";

/**
 * A fixed number of places in shared data, each free or held by what one VM wrote there. Nothing is ever deleted from
 * shared data, so a free place is an empty value.
 */
@final
export class SharedSlots {
	private keys: StaticArray<Slice>;
	/** What `read` found, for `replace`. */
	private cas: u32 = 0;

	/** @param prefix of the keys: `prefix0`, `prefix1`, … */
	constructor(prefix: string, count: i32) {
		this.keys = new StaticArray<Slice>(count);
		for (let i = 0; i < count; i++) this.keys[i] = Slice.of(prefix + i.toString());
	}

	get count(): i32 {
		return this.keys.length;
	}

	/** Reads a slot; false where it is free, or where Envoy has no answer. */
	read(slot: i32, out: HostBytes): bool {
		let status = readShared(this.keys[slot], out);
		this.cas = status == Status.Ok ? lastCas() : IF_ABSENT;
		return status == Status.Ok && out.size > 0;
	}

	/** Writes the slot that was read last, unless another VM wrote there since; false if one did. Size 0 frees it. */
	replace(slot: i32, ptr: usize, size: i32): bool {
		return writeShared(this.keys[slot], ptr, size, this.cas) == Status.Ok;
	}
}
