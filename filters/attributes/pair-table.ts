import { Slice } from "../wire/slice";

/** An entry: key's place and size, value's place and size. */
const ENTRY_BYTES: i32 = 16;
/** More entries than this in one request are none that anybody means; they cost 16 bytes twice. */
const MAX_ENTRIES: i32 = 65536;

/** Key and value slices, reused from request to request. Whoever adds them keeps their bytes alive. */
@final
export class PairTable {
	count: i32 = 0;
	/** An entry did not fit within the bound. */
	overflowed: bool = false;
	private capacity: i32 = 64;
	private entries: usize = heap.alloc(64 * ENTRY_BYTES);
	/** Where sorting merges into; as large as `entries`. */
	private spare: usize = heap.alloc(64 * ENTRY_BYTES);

	reset(): void {
		this.count = 0;
		this.overflowed = false;
	}

	add(keyPtr: usize, keySize: i32, valuePtr: usize, valueSize: i32): void {
		if (this.count == this.capacity && !this.grow()) return;
		this.put(this.count++, keyPtr, keySize, valuePtr, valueSize);
	}

	/** Writes over an entry. */
	put(index: i32, keyPtr: usize, keySize: i32, valuePtr: usize, valueSize: i32): void {
		const at = this.at(index);
		store<u32>(at, <u32>keyPtr);
		store<i32>(at, keySize, 4);
		store<u32>(at, <u32>valuePtr, 8);
		store<i32>(at, valueSize, 12);
	}

	keyPtr(index: i32): usize {
		return load<u32>(this.at(index));
	}

	keySize(index: i32): i32 {
		return load<i32>(this.at(index), 4);
	}

	valuePtr(index: i32): usize {
		return load<u32>(this.at(index), 8);
	}

	valueSize(index: i32): i32 {
		return load<i32>(this.at(index), 12);
	}

	key(index: i32, out: Slice): void {
		out.set(this.keyPtr(index), this.keySize(index));
	}

	value(index: i32, out: Slice): void {
		out.set(this.valuePtr(index), this.valueSize(index));
	}

	/** The first entry of a key, in a table that is in order; -1 where there is none. */
	find(keyPtr: usize, keySize: i32): i32 {
		let low = 0;
		let high = this.count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (compareBytes(this.keyPtr(middle), this.keySize(middle), keyPtr, keySize) < 0) low = middle + 1;
			else high = middle;
		}
		if (low == this.count || this.keySize(low) != keySize) return -1;
		return memory.compare(this.keyPtr(low), keyPtr, keySize) == 0 ? low : -1;
	}

	sameKey(a: i32, b: i32): bool {
		return compareKeys(this.at(a), this.at(b)) == 0;
	}

	/**
	 * Orders the entries from `first` on by the keys' bytes; entries of one key keep their order. Merging, so the cost is
	 * bounded for any keys.
	 */
	sort(first: i32 = 0): void {
		const count = this.count - first;
		for (let width = 1; width < count; width *= 2) {
			for (let start = first; start < this.count; start += width * 2) {
				this.merge(start, min(start + width, this.count), min(start + width * 2, this.count));
			}
			// What stands before them goes along.
			if (first > 0) memory.copy(this.spare, this.entries, first * ENTRY_BYTES);
			const sorted = this.spare;
			this.spare = this.entries;
			this.entries = sorted;
		}
	}

	private merge(start: i32, middle: i32, end: i32): void {
		let left = start;
		let right = middle;
		for (let i = start; i < end; i++) {
			const takeLeft = right == end || (left < middle && compareKeys(this.at(left), this.at(right)) <= 0);
			const from = this.at(takeLeft ? left++ : right++);
			memory.copy(this.spare + i * ENTRY_BYTES, from, ENTRY_BYTES);
		}
	}

	private at(index: i32): usize {
		return this.entries + index * ENTRY_BYTES;
	}

	private grow(): bool {
		if (this.capacity >= MAX_ENTRIES) {
			this.overflowed = true;
			return false;
		}
		this.capacity *= 2;
		this.entries = heap.realloc(this.entries, this.capacity * ENTRY_BYTES);
		this.spare = heap.realloc(this.spare, this.capacity * ENTRY_BYTES);
		return true;
	}
}

function compareKeys(a: usize, b: usize): i32 {
	return compareBytes(load<u32>(a), load<i32>(a, 4), load<u32>(b), load<i32>(b, 4));
}

/** Orders by bytes, a prefix before what it begins. */
function compareBytes(a: usize, sizeA: i32, b: usize, sizeB: i32): i32 {
	const order = memory.compare(a, b, min(sizeA, sizeB));
	return order != 0 ? order : sizeA - sizeB;
}
