import { Bytes } from "../wire/bytes";
import { sameBytes } from "../wire/same-bytes";

/** Small enough that a short decision wastes little, large enough that a link costs little. */
export const BLOCK_BYTES: i32 = 128;
/** The link to the next block stands first. */
const LINK_BYTES: i32 = 4;
const PAYLOAD_BYTES: i32 = BLOCK_BYTES - LINK_BYTES;

/**
 * Byte strings of any size in one piece of memory, each a chain of equal blocks: whatever comes and goes, in whatever
 * sizes, nothing fragments and the memory stays what it was at first. A chain is the address of its first block; 0 is
 * the empty one.
 */
@final
export class CacheBlocks {
	/** Blocks in use. */
	used: i32 = 0;
	private capacity: i32;
	private start: usize;
	/** Blocks that were never used lie behind the first `touched`: the system gives memory only to those before. */
	private touched: i32 = 0;
	private free: usize = 0;

	/** @param maxBytes of blocks, links included; reserved at once, for the life of the VM. */
	constructor(maxBytes: i32) {
		this.capacity = maxBytes / BLOCK_BYTES;
		this.start = heap.alloc(<usize>this.capacity * BLOCK_BYTES);
	}

	/** How many blocks so many bytes take. */
	static count(size: i32): i32 {
		return size / PAYLOAD_BYTES + i32(size % PAYLOAD_BYTES != 0);
	}

	/** Whether there is room for so many bytes more. */
	fits(size: i32): bool {
		return CacheBlocks.count(size) <= this.capacity - this.used;
	}

	/** Keeps a copy, which must fit. */
	keep(ptr: usize, size: i32): usize {
		let chain: usize = 0;
		let last: usize = 0;
		for (let at = 0; at < size; at += PAYLOAD_BYTES) {
			let block = this.take();
			memory.copy(block + LINK_BYTES, ptr + at, min(PAYLOAD_BYTES, size - at));
			if (last == 0) chain = block;
			else store<usize>(last, block);
			last = block;
		}
		return chain;
	}

	/** Whether a chain holds these bytes; `size` is that of both. */
	equals(chain: usize, ptr: usize, size: i32): bool {
		for (let at = 0; at < size; at += PAYLOAD_BYTES) {
			if (!sameBytes(chain + LINK_BYTES, ptr + at, min(PAYLOAD_BYTES, size - at))) return false;
			chain = load<usize>(chain);
		}
		return true;
	}

	/** Appends a chain's bytes to a buffer. */
	append(chain: usize, size: i32, out: Bytes): void {
		for (let at = 0; at < size; at += PAYLOAD_BYTES) {
			out.raw(chain + LINK_BYTES, min(PAYLOAD_BYTES, size - at));
			chain = load<usize>(chain);
		}
	}

	/** Takes a chain's blocks back. */
	release(chain: usize): void {
		while (chain != 0) {
			let next = load<usize>(chain);
			store<usize>(chain, this.free);
			this.free = chain;
			this.used--;
			chain = next;
		}
	}

	private take(): usize {
		let block = this.free;
		if (block != 0) {
			this.free = load<usize>(block);
		} else {
			assert(this.touched < this.capacity, "no block left");
			block = this.start + <usize>this.touched * BLOCK_BYTES;
			this.touched++;
		}
		store<usize>(block, 0);
		this.used++;
		return block;
	}
}
