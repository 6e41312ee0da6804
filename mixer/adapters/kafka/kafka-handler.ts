import { type BaseOptions, type ProduceOptions, Producer, stringSerializers } from "@platformatic/kafka";
import { MixerError } from "../../error.ts";
import type { AdapterEnv, Handler } from "../adapter.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import { checkTopic } from "./kafka-check.ts";
import { type KafkaConfiguration, readConnection } from "./kafka-config.ts";
import { messageMaker } from "./kafka-message.ts";
import { KafkaSender } from "./kafka-sender.ts";

/**
 * Pauses between a request's tries. All tries of one have the same numbers, by which brokers know what they have written;
 * the next request would have others. So it is tried for about as long as the dispatcher gives a batch: 26 s.
 */
const RETRY_MS = { first: 100, last: 5000, tries: 10 } as const;

/** How long a broker may take to connect, and to answer: then the connection is given up. */
const CONNECT_MS = 3000;
const REQUEST_MS = 30_000;

const DELIVERY: Partial<BaseOptions & ProduceOptions<string, string, string, string>> = {
	idempotent: true,
	acks: -1,
	// One after the other: order holds, and what is under way is a batch at most.
	maxInflights: 1,
	retries: RETRY_MS.tries,
	retryDelay: (_, __, attempt) => Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** (attempt - 1)),
	connectTimeout: CONNECT_MS,
	requestTimeout: REQUEST_MS,
	repeatOnStaleMetadata: true,
	autocreateTopics: false,
};

/** @throws MixerError "invalid" where the configuration cannot work. */
export async function openKafka(config: KafkaConfiguration, env: AdapterEnv): Promise<Handler> {
	const { topic, key, attributes = DEFAULT_ATTRIBUTES, compression } = config;
	const connection = await readConnection(config, env.environment);
	const producer = new Producer({ ...DELIVERY, ...connection, compression, serializers: stringSerializers });
	const close = () => producer.close(true);
	await checkTopic(producer, { topic, env }).catch(async (error: unknown) => {
		await close();
		throw error;
	});
	const messagesOf = messageMaker({ topic, key, attributes });
	const sender = new KafkaSender({ producer, topic, name: env.name, logger: env.logger });
	closeAtAbort(close, env);
	return {
		handle: (batch) => (batch.signal === "metric" ? { rejected: "not_taken" } : sender.send(messagesOf(batch))),
		async flush() {},
		close,
	};
}

/** What is under way is given up by closing its connections. */
function closeAtAbort(close: () => Promise<void>, { signal, name, logger }: AdapterEnv): void {
	const end = () => {
		close().catch((error: unknown) => {
			logger.warn({ handler: name, err: new MixerError("unavailable", MixerError.from(error).message) }, "not closed");
		});
	};
	signal.addEventListener("abort", end, { once: true });
}
