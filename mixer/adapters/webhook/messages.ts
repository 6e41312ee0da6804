import type { Batch, Signal } from "../adapter.ts";

/** One request: some items of a batch, in order. */
export interface WebhookMessage {
	/** The same when it is sent again, so that who has taken it before can tell. */
	readonly id: string;
	readonly body: Buffer;
	/** What the dispatcher hands over again if it is not delivered. */
	readonly items: readonly object[];
}

/** Items of a batch as messages, and those that are too long for any. */
export interface Packed {
	readonly messages: readonly WebhookMessage[];
	/** Their indexes in the batch. */
	readonly tooLong: ReadonlySet<number>;
}

/** Around the items: type, time and punctuation. */
const ENVELOPE_BYTES = 128;

/** Packs items into as few messages as their bound allows. */
export function packMessages(
	{ signal, items }: Batch,
	lines: readonly string[],
	options: { maxBytes: number; nowMs: number; newId: () => string },
): Packed {
	const room = options.maxBytes - ENVELOPE_BYTES;
	const tooLong = new Set<number>();
	const messages: WebhookMessage[] = [];
	let some: { lines: string[]; items: object[]; bytes: number } = { lines: [], items: [], bytes: 0 };
	const close = () => {
		if (some.items.length > 0)
			messages.push({ id: options.newId(), body: bodyOf(signal, some.lines, options), items: some.items });
		some = { lines: [], items: [], bytes: 0 };
	};
	for (const [i, item] of items.entries()) {
		const line = lines[i] ?? "{}";
		const bytes = Buffer.byteLength(line) + 1;
		if (bytes > room) {
			tooLong.add(i);
			continue;
		}
		if (some.bytes + bytes > room) close();
		some.lines.push(line);
		some.items.push(item);
		some.bytes += bytes;
	}
	close();
	return { messages, tooLong };
}

/** Standard Webhooks recommends type, timestamp and data. */
function bodyOf(signal: Signal, lines: readonly string[], { nowMs }: { nowMs: number }): Buffer {
	const time = new Date(nowMs).toISOString();
	return Buffer.from(`{"type":"sluice.${signal}s","timestamp":"${time}","data":[${lines.join(",")}]}`);
}
