import type { AdminSink } from "../observe/admin-route.ts";

/** What of an HTTP response a client is sent through. */
export type EventSink = Pick<AdminSink, "writableLength" | "write">;

/** Bytes that may wait for one page: over it, decisions are left out until it has caught up. */
export const MAX_BACKLOG_BYTES = 256 * 1024;

/** One open page. What it is too slow for is counted, and it is told. */
export class PageClient {
	readonly #sink: EventSink;
	#missed = 0;

	constructor(sink: EventSink) {
		this.#sink = sink;
	}

	/** Sends an event whatever waits: the first one. */
	greet(event: string, value: object): void {
		this.#write(event, value);
	}

	/**
	 * Sends an event, unless too much waits already.
	 *
	 * @param decisions how many are lost if it is not sent.
	 * @returns how many are lost.
	 */
	send(event: string, value: object, decisions = 0): number {
		if (this.#sink.writableLength > MAX_BACKLOG_BYTES) {
			this.#missed += decisions;
			return decisions;
		}
		if (this.#missed > 0) this.#write("missed", { decisions: this.#missed });
		this.#missed = 0;
		this.#write(event, value);
		return 0;
	}

	/** As the HTML standard has it, "Server-sent events": JSON has no line feed of its own. */
	#write(event: string, value: object): void {
		this.#sink.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
	}
}
