import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Backend, Harness } from "../../../../mixer/conformance/harness.ts";

/**
 * The environment variable that says where a Kafka is that has the topic: the port that its clients are sent to, where
 * nothing listens yet, and the one behind it. test/contract/kafka.test.ts starts one.
 */
export const KAFKA_PORTS = "SLUICE_TEST_KAFKA";
export const TOPIC = "conformance";

/** A way to a real Kafka, which sees what passes; tests of its own kill and stall Kafka. */
async function wayToKafka(): Promise<Backend> {
	const [front = 9, behind = 9] = (process.env[KAFKA_PORTS] ?? "").split(" ").map(Number);
	let reached = 0;
	const server = createServer((client) => {
		const broker = connect(behind, "127.0.0.1");
		client.on("data", () => reached++);
		client.pipe(broker).pipe(client);
		for (const [one, other] of [
			[client, broker],
			[broker, client],
		] as const) {
			one.on("error", () => other.destroy());
			one.on("close", () => other.destroy());
		}
	});
	server.listen(front, "127.0.0.1");
	await once(server, "listening");
	const stop = () => void server.close();
	return { url: `http://127.0.0.1:${front}`, conducts: [], behave: () => {}, reached: () => reached, stop };
}

export default {
	backend: wayToKafka,
	config: ({ url }) => ({ brokers: [url.replace("http://", "")], topic: TOPIC }),
	wrong: [{ topic: "t" }, { brokers: ["127.0.0.1"], topic: "t" }, { brokers: ["127.0.0.1:1"], topic: "" }],
} satisfies Harness;
