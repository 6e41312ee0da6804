import { Hash, sipHash } from "../wire/hash";
import { CacheBlocks } from "./cache-blocks";
import { JoinedCall, JoinedCalls, NOT_OPEN } from "./joined-call";

/** How many calls can be joined at once: every question that is asked is compared with so many. */
export const MAX_OPEN: i32 = 256;
/** How many streams wait for one call: all of them are answered in one callback, on the worker's thread. */
export const MAX_WAITERS: i32 = 1000;

/**
 * The streams that wait for an answer of the Mixer's, by the token of the call. Who has the same question while it is
 * being asked, of the same input compared in full, waits for that call and makes none. Streams are context ids.
 */
@final
export class JoinedChecks {
	private joined: JoinedCalls = new JoinedCalls();
	/** The calls that can be joined, the first `openCount` of them. */
	private open: StaticArray<usize> = new StaticArray<usize>(MAX_OPEN);
	private openCount: i32 = 0;
	private blocks: CacheBlocks;

	/**
	 * @param maxBytes for the inputs of calls that can be joined; where one doesn't fit, its call can't be joined.
	 * @param seed something that a client cannot know.
	 */
	constructor(
		maxBytes: i32,
		private seed: u64,
		private hash: Hash = sipHash,
	) {
		this.blocks = new CacheBlocks(maxBytes);
	}

	/** Calls on their way. */
	get calls(): i32 {
		return this.joined.count;
	}

	/** Notes the call that a stream has made, and which others may join as long as the bounds allow. */
	add(token: u32, question: u64, ptr: usize, size: i32, stream: u32): void {
		let call = this.joined.add(token);
		this.joined.enqueue(call, stream);
		if (this.openCount == MAX_OPEN || !this.blocks.fits(size)) return;
		call.hash = this.hash(ptr, size, this.seed, question);
		call.question = question;
		call.input = this.blocks.keep(ptr, size);
		call.inputSize = size;
		call.place = this.openCount;
		this.open[this.openCount] = changetype<usize>(call);
		this.openCount++;
	}

	/**
	 * Lets a stream wait for a call that asks the same of the same input.
	 *
	 * @returns the call's token; 0 where nobody asks that, or the bounds forbid it: then the stream asks itself.
	 */
	join(question: u64, ptr: usize, size: i32, stream: u32): u32 {
		if (this.openCount == 0) return 0;
		let hash = this.hash(ptr, size, this.seed, question);
		for (let i = 0; i < this.openCount; i++) {
			let call = this.openAt(i);
			if (call.hash != hash || call.question != question || call.inputSize != size) continue;
			if (call.waiters == MAX_WAITERS || !this.blocks.equals(call.input, ptr, size)) continue;
			this.joined.enqueue(call, stream);
			return call.token;
		}
		return 0;
	}

	/**
	 * The next stream to be told a call's answer, who asked first of all; 0 when there is none left, or the call is
	 * another's. Nobody joins a call from the first `take` on, and a stream that ends between two is left out.
	 */
	take(token: u32): u32 {
		let call = this.joined.find(token);
		if (call === null) return 0;
		this.close(call);
		call.answered = true;
		let stream = this.joined.dequeue(call);
		if (call.waiters == 0) this.joined.remove(call);
		return stream;
	}

	/**
	 * A stream waits no longer.
	 *
	 * @returns whether the call is to be cancelled: it has no answer yet, and nobody waits for one any more.
	 */
	remove(token: u32, stream: u32): bool {
		let call = this.joined.find(token);
		if (call === null || !this.joined.withdraw(call, stream) || call.waiters > 0) return false;
		let unanswered = !call.answered;
		this.close(call);
		this.joined.remove(call);
		return unanswered;
	}

	private openAt(place: i32): JoinedCall {
		return changetype<JoinedCall>(unchecked(this.open[place]));
	}

	/** From here on nobody joins the call. */
	private close(call: JoinedCall): void {
		if (call.place == NOT_OPEN) return;
		let last = this.openAt(--this.openCount);
		last.place = call.place;
		this.open[call.place] = changetype<usize>(last);
		this.blocks.release(call.input);
		call.place = NOT_OPEN;
	}
}
