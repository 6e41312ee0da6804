import { Bytes } from "../wire/bytes";
import { sipHash } from "../wire/hash";
import { writeBytesField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { validPrefix, writeUtf8 } from "../wire/utf8";

/** What `index` gives for a string there is no room for. */
export const NOT_INDEXED: u32 = u32.MAX_VALUE;

/** A string's hash, and its end in the bytes. */
const ENTRY_BYTES: i32 = 8;

/**
 * The strings of one batch, each once, by number. Bounded in strings and in bytes. The hash is seeded: a request's
 * strings are chosen by whoever sent it.
 */
@final
export class Dictionary {
	/** How many strings there are: their numbers are below this. */
	count: i32 = 0;
	private bytes: Bytes;
	private maxStrings: i32;
	private entries: usize;
	/** Open addressing: numbers plus one; 0 is free. */
	private slots: StaticArray<u32>;
	private seed: u64;
	/** For a string that is not UTF-8 as it came. */
	private clean: Bytes;

	/** @param seed anything that a client cannot know, such as the time in nanoseconds. */
	constructor(maxStrings: i32, maxBytes: i32, seed: u64) {
		let slots = 16;
		while (slots < maxStrings * 2) slots *= 2;
		this.maxStrings = maxStrings;
		this.bytes = new Bytes(min(1024, maxBytes), maxBytes);
		this.clean = new Bytes(64, maxBytes);
		this.entries = heap.alloc(<usize>maxStrings * ENTRY_BYTES);
		this.slots = new StaticArray<u32>(slots);
		this.seed = seed;
	}

	/** Bytes of all strings together. */
	get sizeBytes(): i32 {
		return this.bytes.size;
	}

	/** Empties it; the memory stays. */
	reset(): void {
		this.rewind(0);
	}

	/** Takes back every string from this number on, as if never indexed. */
	rewind(count: i32): void {
		this.count = count;
		this.bytes.size = this.start(count);
		this.bytes.overflowed = false;
		memory.fill(changetype<usize>(this.slots), 0, (<usize>this.slots.length) << 2);
		for (let i = 0; i < count; i++) this.slots[this.freeSlot(this.hashAt(i))] = i + 1;
	}

	/** The number of a string, which is added if it is new; as valid UTF-8. NOT_INDEXED where there is no room. */
	index(ptr: usize, size: i32): u32 {
		if (validPrefix(ptr, size) == size) return this.indexValid(ptr, size);
		this.clean.reset();
		writeUtf8(this.clean, ptr, size);
		return this.clean.overflowed ? NOT_INDEXED : this.indexValid(this.clean.ptr, this.clean.size);
	}

	/** The string of a number below `count`. */
	at(index: i32, out: Slice): void {
		let start = this.start(index);
		out.set(this.bytes.ptr + start, this.start(index + 1) - start);
	}

	/** Writes all strings as a repeated field, in the order of their numbers. */
	write(out: Bytes, field: u32): void {
		for (let i = 0; i < this.count; i++) {
			let start = this.start(i);
			writeBytesField(out, field, this.bytes.ptr + start, this.start(i + 1) - start);
		}
	}

	private indexValid(ptr: usize, size: i32): u32 {
		let hash = <u32>sipHash(ptr, size, this.seed, 0);
		let mask = this.slots.length - 1;
		let slot = hash & mask;
		for (let held = unchecked(this.slots[slot]); held != 0; held = unchecked(this.slots[slot])) {
			if (this.equals(held - 1, hash, ptr, size)) return held - 1;
			slot = (slot + 1) & mask;
		}
		if (this.count == this.maxStrings) return NOT_INDEXED;
		this.bytes.raw(ptr, size);
		if (this.bytes.overflowed) {
			// The next string may be shorter.
			this.bytes.overflowed = false;
			return NOT_INDEXED;
		}
		let entry = this.entries + this.count * ENTRY_BYTES;
		store<u32>(entry, hash);
		store<i32>(entry, this.bytes.size, 4);
		this.slots[slot] = ++this.count;
		return this.count - 1;
	}

	private equals(index: i32, hash: u32, ptr: usize, size: i32): bool {
		let start = this.start(index);
		if (this.hashAt(index) != hash || this.start(index + 1) - start != size) return false;
		return memory.compare(this.bytes.ptr + start, ptr, size) == 0;
	}

	private freeSlot(hash: u32): i32 {
		let mask = this.slots.length - 1;
		let slot = hash & mask;
		while (unchecked(this.slots[slot]) != 0) slot = (slot + 1) & mask;
		return slot;
	}

	private hashAt(index: i32): u32 {
		return load<u32>(this.entries + index * ENTRY_BYTES);
	}

	private start(index: i32): i32 {
		return index == 0 ? 0 : load<i32>(this.entries + (index - 1) * ENTRY_BYTES, 4);
	}
}
