import type { Producer } from "@platformatic/kafka";
import { MixerError } from "../../error.ts";
import type { AdapterLogger, ItemResult } from "../adapter.ts";
import { describe } from "./kafka-error.ts";
import type { KafkaMessage } from "./kafka-message.ts";
import { outcomesIn, type PartitionOutcome } from "./kafka-outcome.ts";
import { keyPlace } from "./kafka-partition.ts";

/** Bytes of values sent at once: below the 1 MiB that brokers take of a partition's batch by default. */
export const MAX_SEND_BYTES = 768 * 1024;

export interface KafkaSenderOptions {
	readonly producer: Producer<string, string, string, string>;
	readonly topic: string;
	/** The handler's name, for the log. */
	readonly name: string;
	readonly logger: AdapterLogger;
}

/** Sends messages, so many bytes at once and one request after the other, and tells what became of each. */
export class KafkaSender {
	readonly #options: KafkaSenderOptions;
	#turn = 0;

	constructor(options: KafkaSenderOptions) {
		this.#options = options;
	}

	/** One result for each. Rejects where nothing is known of any: all of them are worth another try. */
	async send(messages: readonly KafkaMessage[]): Promise<ItemResult[]> {
		const results: ItemResult[] = [];
		for (const some of partsOf(messages)) {
			try {
				results.push(...(await this.#sendPart(some)));
			} catch (error) {
				if (results.length === 0) throw error;
				this.#options.logger.warn({ handler: this.#options.name, err: error }, "some messages are sent again");
				return [...results, ...Array<ItemResult>(messages.length - results.length).fill("retry")];
			}
		}
		return results;
	}

	async #sendPart(messages: readonly KafkaMessage[]): Promise<ItemResult[]> {
		const { producer, topic } = this.#options;
		// Messages without a key go where the batch goes, and batches take turns.
		const turn = this.#turn++;
		const drawn = new Map<unknown, number>();
		const partitioner = (message: KafkaMessage, key?: Buffer) => {
			const partition = key === undefined ? turn : keyPlace(key);
			drawn.set(message, partition);
			return partition;
		};
		try {
			await producer.send({ messages: [...messages], partitioner });
			return messages.map(() => "delivered");
		} catch (error) {
			const partitions = producer.currentMetadata?.topics.get(topic)?.partitionsCount;
			const outcomes = outcomesIn(error);
			if (outcomes.size === 0 || partitions === undefined) throw failure(error);
			this.#options.logger.warn({ handler: this.#options.name, err: failure(error) }, "brokers refuse messages");
			const placed = messages.map((message) => (drawn.get(message) ?? 0) % partitions);
			return this.#settle(messages, placed, outcomes);
		}
	}

	async #settle(
		messages: readonly KafkaMessage[],
		placed: readonly number[],
		outcomes: ReadonlyMap<number, PartitionOutcome>,
	): Promise<ItemResult[]> {
		const results = Array<ItemResult>(messages.length).fill("retry");
		for (const [partition, outcome] of outcomes) {
			const own = [...messages.keys()].filter((i) => placed[i] === partition);
			const chosen = own.flatMap((i) => messages[i] ?? []);
			const halved = outcome.error === "MESSAGE_TOO_LARGE" && own.length > 1;
			const settled = halved ? await this.#sendHalves(chosen) : own.map((_, place) => resultOf(outcome, place));
			for (const [place, i] of own.entries()) results[i] = settled[place] ?? "retry";
		}
		return results;
	}

	/** A broker takes less at once than is usual: each may fit alone. */
	async #sendHalves(messages: readonly KafkaMessage[]): Promise<ItemResult[]> {
		const middle = Math.ceil(messages.length / 2);
		const results: ItemResult[] = [];
		for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
			results.push(...(await this.#sendPart(half).catch(() => half.map((): ItemResult => "retry"))));
		}
		return results;
	}
}

/** Of the message at this place among its partition's. */
function resultOf({ error, canRetry, faulty }: PartitionOutcome, place: number): ItemResult {
	if (error === undefined) return "delivered";
	// Those beside a faulty one are not written either, and are nobody's fault.
	if (canRetry || (faulty.size > 0 && !faulty.has(place))) return "retry";
	return { rejected: error.toLowerCase() };
}

function partsOf(messages: readonly KafkaMessage[]): KafkaMessage[][] {
	const parts: KafkaMessage[][] = [];
	let bytes = MAX_SEND_BYTES;
	for (const message of messages) {
		const size = Buffer.byteLength(message.value ?? "") + Buffer.byteLength(message.key ?? "");
		if (bytes + size > MAX_SEND_BYTES) {
			parts.push([]);
			bytes = 0;
		}
		parts.at(-1)?.push(message);
		bytes += size;
	}
	return parts;
}

/** What is said of it in logs: its words alone. */
function failure(error: unknown): MixerError {
	return new MixerError("unavailable", describe(error));
}
