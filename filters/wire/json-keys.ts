import { Bytes } from "./bytes";

/** Below this comparing each with each is quicker than sorting. */
const FEW: i32 = 8;

/**
 * The names of one object, to find one that comes twice. Sorted by merging, so that the cost is bounded whatever the
 * names are: with a hash table an attacker picks names that collide.
 */
@final
export class JsonKeys {
	count: i32 = 0;
	/** Pairs of place and size: the names, then room to merge into. */
	private from: Bytes = new Bytes(512, i32.MAX_VALUE);
	private to: Bytes = new Bytes(512, i32.MAX_VALUE);

	reset(): void {
		this.count = 0;
		this.from.reset();
	}

	add(ptr: usize, size: i32): void {
		if (!this.from.reserve(8)) return;
		const at = this.from.ptr + this.from.size;
		store<u32>(at, <u32>ptr);
		store<i32>(at, size, 4);
		this.from.size += 8;
		this.count++;
	}

	/** Whether two are the same; their order is lost. */
	hasDuplicate(): bool {
		return this.count <= FEW ? this.comparePairs() : this.sortAndCompare();
	}

	private comparePairs(): bool {
		const at = this.from.ptr;
		for (let i = 1; i < this.count; i++) {
			for (let j = 0; j < i; j++) {
				if (compare(at + ((<usize>i) << 3), at + ((<usize>j) << 3)) == 0) return true;
			}
		}
		return false;
	}

	private sortAndCompare(): bool {
		this.to.reset();
		if (!this.to.reserve(this.from.size)) return true;
		for (let width = 1; width < this.count; width *= 2) {
			for (let start = 0; start < this.count; start += width * 2) {
				if (this.merge(start, min(start + width, this.count), min(start + width * 2, this.count))) return true;
			}
			const sorted = this.to;
			this.to = this.from;
			this.from = sorted;
		}
		return false;
	}

	/** Merges two sorted runs into `to`; true as soon as a name of one is a name of the other. */
	private merge(start: i32, middle: i32, end: i32): bool {
		let left = start;
		let right = middle;
		for (let i = start; i < end; i++) {
			const leftAt = this.from.ptr + ((<usize>left) << 3);
			const rightAt = this.from.ptr + ((<usize>right) << 3);
			const order = left == middle ? 1 : right == end ? -1 : compare(leftAt, rightAt);
			if (order == 0) return true;
			store<u64>(this.to.ptr + ((<usize>i) << 3), load<u64>(order < 0 ? leftAt : rightAt));
			if (order < 0) left++;
			else right++;
		}
		return false;
	}
}

/** Orders two names by size, then by bytes. */
function compare(a: usize, b: usize): i32 {
	const sizeA = load<i32>(a, 4);
	const sizeB = load<i32>(b, 4);
	if (sizeA != sizeB) return sizeA < sizeB ? -1 : 1;
	return memory.compare(load<u32>(a), load<u32>(b), sizeA);
}
