/** More than a host ever hands over: Envoy bounds a VM's memory at 1 GiB. */
const MAX_ALLOCATION_BYTES: i32 = 1 << 29;

/** Where host functions write the place and the size of what they hand over. Read at once, so one is enough. */
const out: usize = memory.data(8);

/**
 * Memory for the host to hand something over in; the filter exports it. 0, which the host takes as a failure, for a
 * size that can't be had: running out of memory would be a trap.
 */
export function malloc(size: i32): usize {
	if (size < 0 || size > MAX_ALLOCATION_BYTES) return 0;
	return heap.alloc(<usize>size);
}

/** Bytes the host handed over. Whoever reads into one frees it; reading into it again frees what it held. */
@final
export class HostBytes {
	ptr: usize = 0;
	size: i32 = 0;

	free(): void {
		if (this.ptr != 0) heap.free(this.ptr);
		this.ptr = 0;
		this.size = 0;
	}

	/** For the host functions of this folder: what to pass as the place for the pointer. */
	beginRead(): usize {
		this.free();
		store<u64>(out, 0);
		return out;
	}

	/** For the host functions of this folder: takes over what the host allocated. */
	endRead(): void {
		this.ptr = load<u32>(out);
		this.size = load<i32>(out, 4);
	}
}
