/** One answer kept: what was asked, in full, and until when it holds. Not the collector's: it lies in CacheEntries. */
@unmanaged
@final
export class CacheEntry {
	hash: u64;
	question: u64;
	expiresNs: u64;
	/** Chains of CacheBlocks. */
	key: usize;
	keySize: i32;
	value: usize;
	valueSize: i32;
	/** The next entry of the same bucket, or the next free one. */
	next: CacheEntry | null;
	/** Neighbours in the order of use. */
	newer: CacheEntry | null;
	older: CacheEntry | null;
}

/** What an entry takes beside its blocks: itself and its part of the buckets. */
export const ENTRY_BYTES: i32 = <i32>offsetof<CacheEntry>() + 2 * <i32>sizeof<usize>();

/** The entries by hash, and in the order in which they were used. Bounded; the memory is reserved at once. */
@final
export class CacheEntries {
	count: i32 = 0;
	/** The least recently used; null where there is none. */
	oldest: CacheEntry | null = null;
	private newest: CacheEntry | null = null;
	private start: usize;
	/** Entries that were never used lie behind the first `touched`. */
	private touched: i32 = 0;
	private free: CacheEntry | null = null;
	/** Of chains of entries; a power of two. */
	private buckets: StaticArray<usize>;

	constructor(readonly max: i32) {
		let buckets = 1;
		while (buckets < max) buckets *= 2;
		this.buckets = new StaticArray<usize>(buckets);
		this.start = heap.alloc(<usize>max * offsetof<CacheEntry>());
	}

	/** The first entry of the hash's bucket: follow `next`, and compare. */
	first(hash: u64): CacheEntry | null {
		return changetype<CacheEntry | null>(unchecked(this.buckets[this.bucket(hash)]));
	}

	/** A new entry of this hash, the most recently used; there must be fewer than `max`. The caller fills it. */
	add(hash: u64): CacheEntry {
		let entry = this.take();
		let bucket = this.bucket(hash);
		entry.hash = hash;
		entry.next = changetype<CacheEntry | null>(unchecked(this.buckets[bucket]));
		this.buckets[bucket] = changetype<usize>(entry);
		this.append(entry);
		this.count++;
		return entry;
	}

	/** Notes a use. */
	touch(entry: CacheEntry): void {
		if (entry.newer === null) return;
		this.unlink(entry);
		this.append(entry);
	}

	remove(entry: CacheEntry): void {
		this.leaveBucket(entry);
		this.unlink(entry);
		entry.next = this.free;
		this.free = entry;
		this.count--;
	}

	private take(): CacheEntry {
		let free = this.free;
		if (free !== null) {
			this.free = free.next;
			return free;
		}
		assert(this.touched < this.max, "no entry left");
		let entry = this.start + <usize>this.touched * offsetof<CacheEntry>();
		this.touched++;
		return changetype<CacheEntry>(entry);
	}

	private leaveBucket(entry: CacheEntry): void {
		let bucket = this.bucket(entry.hash);
		let at = changetype<CacheEntry>(unchecked(this.buckets[bucket]));
		if (at === entry) {
			this.buckets[bucket] = changetype<usize>(entry.next);
			return;
		}
		while (at.next !== entry) at = changetype<CacheEntry>(at.next);
		at.next = entry.next;
	}

	private append(entry: CacheEntry): void {
		let newest = this.newest;
		entry.older = newest;
		entry.newer = null;
		if (newest === null) this.oldest = entry;
		else newest.newer = entry;
		this.newest = entry;
	}

	private unlink(entry: CacheEntry): void {
		let older = entry.older;
		let newer = entry.newer;
		if (older === null) this.oldest = newer;
		else older.newer = newer;
		if (newer === null) this.newest = older;
		else newer.older = older;
	}

	private bucket(hash: u64): i32 {
		return <i32>(hash & <u64>(this.buckets.length - 1));
	}
}
