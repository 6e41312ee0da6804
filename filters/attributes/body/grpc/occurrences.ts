/** More fields than this in one message are none that anybody means; they cost 32 bytes twice. */
const MAX_COUNT: i32 = 262144;
const FIRST: i32 = 64;

/** A field as it stands in a message: raw memory, addressed by index. */
@unmanaged
export class Occurrence {
	/** The field's place in its message's type. */
	field: i32;
	/** Its bytes, where it is length-delimited. */
	size: i32;
	ptr: usize;
	/** It is length-delimited: packed, where the field is a list of numbers. */
	delimited: bool;
	/** Its value, where it is not. */
	value: u64;
}

/** The fields of the messages that are being written, outer ones first. Reused; the memory never shrinks. */
@final
export class Occurrences {
	count: i32 = 0;
	/** One did not fit within the bound. */
	overflowed: bool = false;
	private capacity: i32 = FIRST;
	private rows: usize = heap.alloc(<usize>FIRST * offsetof<Occurrence>());
	/** Where sorting merges into; as large as `rows`. */
	private spare: usize = heap.alloc(<usize>FIRST * offsetof<Occurrence>());

	reset(): void {
		this.count = 0;
		this.overflowed = false;
	}

	/** Adds one. References to others are stale after it. */
	add(field: i32, delimited: bool, value: u64, ptr: usize, size: i32): void {
		if (this.count == this.capacity && !this.grow()) return;
		let row = this.at(this.count++);
		row.field = field;
		row.delimited = delimited;
		row.value = value;
		row.ptr = ptr;
		row.size = size;
	}

	/** The one of an index below `count`. */
	at(index: i32): Occurrence {
		return changetype<Occurrence>(this.rows + <usize>index * offsetof<Occurrence>());
	}

	/** Puts one in the place of another. */
	move(from: i32, to: i32): void {
		memory.copy(changetype<usize>(this.at(to)), changetype<usize>(this.at(from)), offsetof<Occurrence>());
	}

	/** Orders those from `first` on by their fields; those of one field keep their order. */
	sort(first: i32): void {
		let size = offsetof<Occurrence>();
		for (let width = 1; width < this.count - first; width *= 2) {
			for (let start = first; start < this.count; start += width * 2) {
				this.merge(start, min(start + width, this.count), min(start + width * 2, this.count));
			}
			// What stands before them goes along.
			memory.copy(this.spare, this.rows, <usize>first * size);
			let sorted = this.spare;
			this.spare = this.rows;
			this.rows = sorted;
		}
	}

	private merge(start: i32, middle: i32, end: i32): void {
		let size = offsetof<Occurrence>();
		let left = start;
		let right = middle;
		for (let i = start; i < end; i++) {
			let takeLeft = right == end || (left < middle && this.at(left).field <= this.at(right).field);
			memory.copy(this.spare + <usize>i * size, changetype<usize>(this.at(takeLeft ? left++ : right++)), size);
		}
	}

	private grow(): bool {
		if (this.capacity >= MAX_COUNT) {
			this.overflowed = true;
			return false;
		}
		this.capacity *= 2;
		this.rows = heap.realloc(this.rows, <usize>this.capacity * offsetof<Occurrence>());
		this.spare = heap.realloc(this.spare, <usize>this.capacity * offsetof<Occurrence>());
		return true;
	}
}
