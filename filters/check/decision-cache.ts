import { Bytes } from "../wire/bytes";
import { Hash, sipHash } from "../wire/hash";
import { Slice } from "../wire/slice";
import { BLOCK_BYTES, CacheBlocks } from "./cache-blocks";
import { CacheEntries, CacheEntry, ENTRY_BYTES } from "./cache-entries";

/** An item may take this part of the bytes: a larger one would push out too much that is worth more. */
const LARGEST_PART: i32 = 4;

/**
 * Answers to what was asked before. The key is the question and the bytes of the input, compared in full, so an answer
 * cannot come from another question. Bounded in entries and in bytes; the least recently used go first. Once it is made
 * its memory stays as it is, but for a buffer as large as the largest answer given.
 */
@final
export class DecisionCache {
	/** How many went to make room for others while they still held. */
	evicted: u64 = 0;
	/** How many went because their time was over, whether at a `get` or to make room. */
	expired: u64 = 0;
	private entriesByHash: CacheEntries;
	private blocks: CacheBlocks;
	private maxBytes: i32;
	/** The last answer given, in one piece. */
	private answer: Bytes;

	/**
	 * @param maxEntries 0: nothing is kept.
	 * @param maxBytes of keys, answers and what it takes to keep them.
	 * @param seed something that a client cannot know.
	 */
	constructor(
		maxEntries: i32,
		maxBytes: i32,
		private seed: u64,
		private hash: Hash = sipHash,
	) {
		let bound = maxEntries > 0 ? max(maxBytes, 0) : 0;
		this.maxBytes = bound;
		this.entriesByHash = new CacheEntries(max(maxEntries, 0));
		this.blocks = new CacheBlocks(bound);
		this.answer = new Bytes(256, bound);
	}

	get entries(): i32 {
		return this.entriesByHash.count;
	}

	/** What the entries take of `maxBytes`. */
	get bytes(): i32 {
		return this.blocks.used * BLOCK_BYTES + this.entries * ENTRY_BYTES;
	}

	/**
	 * Finds the answer to a question about an input.
	 *
	 * @param question says what is asked of the input.
	 * @param out the answer, which holds until the next `get`; untouched where there is none.
	 */
	get(question: u64, ptr: usize, size: i32, nowNs: u64, out: Slice): bool {
		if (this.entries == 0) return false;
		let entry = this.find(this.hash(ptr, size, this.seed, question), question, ptr, size);
		if (entry === null) return false;
		if (entry.expiresNs <= nowNs) {
			this.expired++;
			this.remove(entry);
			return false;
		}
		this.entriesByHash.touch(entry);
		this.answer.reset();
		this.blocks.append(entry.value, entry.valueSize, this.answer);
		out.set(this.answer.ptr, this.answer.size);
		return true;
	}

	/** Keeps an answer in place of an earlier one; an item too large, or whose time is over, only ends the earlier. */
	put(question: u64, ptr: usize, size: i32, valuePtr: usize, valueSize: i32, expiresNs: u64, nowNs: u64): void {
		if (this.maxBytes == 0) return;
		let hash = this.hash(ptr, size, this.seed, question);
		let earlier = this.find(hash, question, ptr, size);
		if (earlier !== null) this.remove(earlier);
		let cost = costOf(size, valueSize);
		if (expiresNs <= nowNs || cost > this.maxBytes / LARGEST_PART) return;
		while (this.entries == this.entriesByHash.max || this.bytes > this.maxBytes - <i32>cost) this.evict(nowNs);
		let entry = this.entriesByHash.add(hash);
		entry.question = question;
		entry.expiresNs = expiresNs;
		entry.key = this.blocks.keep(ptr, size);
		entry.keySize = size;
		entry.value = this.blocks.keep(valuePtr, valueSize);
		entry.valueSize = valueSize;
	}

	/** Forgets all answers; what was counted stays. */
	clear(): void {
		while (this.entries > 0) this.remove(this.oldest());
	}

	private find(hash: u64, question: u64, ptr: usize, size: i32): CacheEntry | null {
		let entry = this.entriesByHash.first(hash);
		while (entry !== null && !this.holds(entry, hash, question, ptr, size)) entry = entry.next;
		return entry;
	}

	private holds(entry: CacheEntry, hash: u64, question: u64, ptr: usize, size: i32): bool {
		if (entry.hash != hash || entry.question != question || entry.keySize != size) return false;
		return this.blocks.equals(entry.key, ptr, size);
	}

	private oldest(): CacheEntry {
		return changetype<CacheEntry>(this.entriesByHash.oldest);
	}

	private evict(nowNs: u64): void {
		let entry = this.oldest();
		if (entry.expiresNs <= nowNs) this.expired++;
		else this.evicted++;
		this.remove(entry);
	}

	private remove(entry: CacheEntry): void {
		this.blocks.release(entry.key);
		this.blocks.release(entry.value);
		this.entriesByHash.remove(entry);
	}
}

/** What an item takes; more than an i32 holds where its sizes are near that. */
function costOf(keySize: i32, valueSize: i32): i64 {
	let blocks = <i64>CacheBlocks.count(keySize) + CacheBlocks.count(valueSize);
	return blocks * BLOCK_BYTES + ENTRY_BYTES;
}
