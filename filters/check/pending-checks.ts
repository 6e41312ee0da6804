import { Stream } from "../stream";

/** The streams that wait for an answer of the Mixer's, by the token of their call. */
@final
export class PendingChecks {
	private streams: Map<u32, Stream> = new Map<u32, Stream>();

	add(token: u32, stream: Stream): void {
		this.streams.set(token, stream);
	}

	/** The stream that made the call, which waits no longer; null where it is gone or the call is another's. */
	take(token: u32): Stream | null {
		if (!this.streams.has(token)) return null;
		let stream = this.streams.get(token);
		this.streams.delete(token);
		return stream;
	}

	/** True if somebody waited for it. */
	remove(token: u32): bool {
		return this.streams.delete(token);
	}
}
