import { Stream } from "../stream";

/** The streams that wait for their bodies, who waits longest first. As many as there are streams: they link themselves. */
@final
export class WaitingStreams {
	private first: Stream | null = null;
	private last: Stream | null = null;

	/** A stream begins to wait. */
	add(stream: Stream, nowNs: u64): void {
		stream.waitingSinceNs = nowNs;
		let last = this.last;
		stream.waitingBefore = last;
		stream.waitingBehind = null;
		if (last === null) this.first = stream;
		else last.waitingBehind = stream;
		this.last = stream;
	}

	/** A stream that was added waits no longer. */
	remove(stream: Stream): void {
		let before = stream.waitingBefore;
		let behind = stream.waitingBehind;
		if (before === null) this.first = behind;
		else before.waitingBehind = behind;
		if (behind === null) this.last = before;
		else behind.waitingBefore = before;
		stream.waitingBefore = null;
		stream.waitingBehind = null;
	}

	/** Who has waited longest, if that is since this time or before; null where nobody has. */
	since(timeNs: u64): Stream | null {
		let first = this.first;
		return first !== null && first.waitingSinceNs <= timeNs ? first : null;
	}
}
