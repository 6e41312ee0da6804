import type { Batch, Handler, ItemResult } from "../adapter.ts";
import type { HttpPoster } from "../http/http-poster.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { packMessages, type WebhookMessage } from "./messages.ts";
import { signatureHeader } from "./signature.ts";

/** Below 500, what is worth another try: the request was too slow, or there were too many. */
const RETRIED: ReadonlySet<number> = new Set([408, 429]);

export interface WebhookHandlerOptions {
	readonly poster: HttpPoster;
	readonly url: URL;
	readonly keys: readonly Buffer[];
	/** Secret ones among them: they are sent and never shown. */
	readonly headers: Readonly<Record<string, string>>;
	/** Of one message. */
	readonly maxBytes: number;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Waits so many milliseconds; rejects when the Mixer's grace time is over. */
	readonly pause: (ms: number) => Promise<void>;
	/** Each item of a batch as JSON. */
	readonly write: (batch: Batch) => string[];
	readonly newId: () => string;
}

/** Posts batches, message by message. What failed is sent again under the same ids. */
export class WebhookHandler implements Handler {
	readonly #options: WebhookHandlerOptions;
	/** What was not delivered last: it comes again, if anything of it does. */
	#left: readonly WebhookMessage[] = [];

	constructor(options: WebhookHandlerOptions) {
		this.#options = options;
	}

	async handle(batch: Batch): Promise<readonly ItemResult[]> {
		const { messages, indexes, tooLong } = this.#pack(batch);
		this.#left = messages;
		const results = batch.items.map((_, i): ItemResult => (tooLong.has(i) ? { rejected: "too_long" } : "retry"));
		let next = 0;
		for (const [i, message] of messages.entries()) {
			const result = await this.#post(message).catch((error: unknown) => {
				// Whoever throws says why; but what was delivered before has to be said, too.
				if (next === 0) throw error;
				return "retry" as const;
			});
			// The receiver is in trouble: what follows would only add to it.
			if (result === "retry") break;
			for (const index of indexes.slice(next, next + message.items.length)) results[index] = result;
			next += message.items.length;
			this.#left = messages.slice(i + 1);
		}
		return results;
	}

	async flush(): Promise<void> {}

	async close(): Promise<void> {
		this.#options.poster.close();
	}

	/** Rejects where it is worth another try, when the receiver wants one. */
	async #post({ id, body }: WebhookMessage): Promise<ItemResult> {
		const { poster, url, keys, headers, now, pause } = this.#options;
		const timestamp = Math.floor(now() / 1000);
		const signed = {
			"content-type": "application/json",
			"webhook-id": id,
			"webhook-timestamp": String(timestamp),
			"webhook-signature": signatureHeader(keys, { id, timestamp, body }),
		};
		const { status, headers: answered } = await poster.post(url, { data: body, headers: { ...headers, ...signed } });
		if (status >= 200 && status <= 299) return "delivered";
		if (status < 500 && !RETRIED.has(status)) return { rejected: `http_${status}` };
		await pause(retryAfterMs(answered["retry-after"], now()));
		throw new Error(`answered ${status}`);
	}

	/** As messages, with the indexes of the items that are in them, in order. */
	#pack(batch: Batch) {
		if (this.#isLeft(batch)) {
			return { messages: this.#left, indexes: [...batch.items.keys()], tooLong: new Set<number>() };
		}
		const { write, maxBytes, now, newId } = this.#options;
		const packed = packMessages(batch, write(batch), { maxBytes, nowMs: now(), newId });
		return { ...packed, indexes: [...batch.items.keys()].filter((i) => !packed.tooLong.has(i)) };
	}

	#isLeft({ items }: Batch): boolean {
		const left = this.#left.flatMap((message) => message.items);
		return left.length > 0 && left.length === items.length && left.every((item, i) => item === items[i]);
	}
}
