/** One stream that waits for a call's answer. */
@unmanaged
@final
export class Waiter {
	stream: u32;
	next: Waiter | null;
}

/** One call on its way, and who waits for it. Like a Waiter it is not the collector's, and used again. */
@unmanaged
@final
export class JoinedCall {
	token: u32;
	/** The next call of the same bucket, or the next free one. */
	next: JoinedCall | null;
	first: Waiter | null;
	last: Waiter | null;
	waiters: i32;
	/** Its place among the calls that others may join, or NOT_OPEN; only then has it a key. */
	place: i32;
	hash: u64;
	question: u64;
	/** A chain of CacheBlocks. */
	input: usize;
	inputSize: i32;
	/** Its streams are being told the answer. */
	answered: bool;
}

export const NOT_OPEN: i32 = -1;
/** More calls than are ever on their way at once in a worker that is not in trouble; beyond, chains get longer. */
const BUCKET_BITS: u32 = 10;
/** Spreads numbers that follow each other in any step (Knuth, "The Art of Computer Programming", 6.4). */
const SPREAD: u32 = 0x9e3779b1;

/**
 * The calls on their way by token, each with a queue of streams. There are at most two calls for each stream that Envoy
 * holds, which bounds them; the memory is that for the most there ever were, and used again.
 */
@final
export class JoinedCalls {
	count: i32 = 0;
	private buckets: StaticArray<usize> = new StaticArray<usize>(1 << BUCKET_BITS);
	private freeCall: JoinedCall | null = null;
	private freeWaiter: Waiter | null = null;

	find(token: u32): JoinedCall | null {
		let call = this.first(token);
		while (call !== null && call.token != token) call = call.next;
		return call;
	}

	/** A new call for which nobody waits yet and which is not open. */
	add(token: u32): JoinedCall {
		let call = this.takeCall();
		let bucket = bucketOf(token);
		call.token = token;
		call.next = this.first(token);
		this.buckets[bucket] = changetype<usize>(call);
		call.first = null;
		call.last = null;
		call.waiters = 0;
		call.place = NOT_OPEN;
		call.answered = false;
		this.count++;
		return call;
	}

	/** Forgets a call for which nobody waits any more. */
	remove(call: JoinedCall): void {
		let bucket = bucketOf(call.token);
		let at = changetype<JoinedCall>(unchecked(this.buckets[bucket]));
		if (at === call) {
			this.buckets[bucket] = changetype<usize>(call.next);
		} else {
			while (at.next !== call) at = changetype<JoinedCall>(at.next);
			at.next = call.next;
		}
		call.next = this.freeCall;
		this.freeCall = call;
		this.count--;
	}

	/** A stream waits, after all others. */
	enqueue(call: JoinedCall, stream: u32): void {
		let waiter = this.takeWaiter();
		let last = call.last;
		waiter.stream = stream;
		waiter.next = null;
		if (last === null) call.first = waiter;
		else last.next = waiter;
		call.last = waiter;
		call.waiters++;
	}

	/** The stream that has waited longest, which waits no longer; 0 if there is none. */
	dequeue(call: JoinedCall): u32 {
		let first = call.first;
		if (first === null) return 0;
		this.leave(call, null, first);
		return first.stream;
	}

	/** True if the stream waited, which it does no longer. */
	withdraw(call: JoinedCall, stream: u32): bool {
		let before: Waiter | null = null;
		let at = call.first;
		while (at !== null && at.stream != stream) {
			before = at;
			at = at.next;
		}
		if (at === null) return false;
		this.leave(call, before, at);
		return true;
	}

	private leave(call: JoinedCall, before: Waiter | null, waiter: Waiter): void {
		if (before === null) call.first = waiter.next;
		else before.next = waiter.next;
		if (call.last === waiter) call.last = before;
		waiter.next = this.freeWaiter;
		this.freeWaiter = waiter;
		call.waiters--;
	}

	private first(token: u32): JoinedCall | null {
		return changetype<JoinedCall | null>(unchecked(this.buckets[bucketOf(token)]));
	}

	private takeCall(): JoinedCall {
		let free = this.freeCall;
		if (free === null) return changetype<JoinedCall>(heap.alloc(offsetof<JoinedCall>()));
		this.freeCall = free.next;
		return free;
	}

	private takeWaiter(): Waiter {
		let free = this.freeWaiter;
		if (free === null) return changetype<Waiter>(heap.alloc(offsetof<Waiter>()));
		this.freeWaiter = free.next;
		return free;
	}
}

function bucketOf(token: u32): i32 {
	return (token * SPREAD) >> (32 - BUCKET_BITS);
}
