import { AuthenticationError, type Producer } from "@platformatic/kafka";
import { MixerError } from "../../error.ts";
import type { AdapterEnv } from "../adapter.ts";
import { describe, errorsIn } from "./kafka-error.ts";

/** How long a configuration is held up by brokers that are silent. */
const CHECK_MS = 3000;

/**
 * Asks the brokers for the topic. Brokers that cannot be asked are said in the log: a configuration can be loaded while they
 * are down.
 *
 * @throws MixerError "invalid" where they refuse the login or the topic, or have none of its name.
 */
export async function checkTopic(
	producer: Producer<string, string, string, string>,
	{ topic, env }: { readonly topic: string; readonly env: AdapterEnv },
): Promise<void> {
	try {
		await within(CHECK_MS, producer.metadata({ topics: [topic], retries: 0 }));
	} catch (error) {
		const fault = faultIn(error, topic);
		if (fault !== undefined) throw new MixerError("invalid", fault);
		env.logger.warn(
			{ handler: env.name, err: new MixerError("unavailable", describe(error)) },
			"no broker can be asked now",
		);
	}
}

/** Errors of Kafka's protocol by which a topic is refused. */
const REFUSALS: ReadonlySet<unknown> = new Set(["TOPIC_AUTHORIZATION_FAILED", "INVALID_TOPIC_EXCEPTION"]);

function faultIn(error: unknown, topic: string): string | undefined {
	const errors = errorsIn(error);
	const text = describe(error);
	if (/^Unknown topic /.test(text)) return `config.topic: the brokers have no topic ${topic}: create it`;
	if (errors.some((one) => one instanceof AuthenticationError)) return `config.sasl: the brokers refuse it: ${text}`;
	if (!errors.some((one) => REFUSALS.has(Reflect.get(one, "apiId")))) return undefined;
	return `config.topic: the brokers refuse ${topic}: ${text}`;
}

function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
