import type { Backend, Harness } from "../../../../mixer/conformance/harness.ts";

/** The environment variable that says where a Kafka is that has the topic: test/contract/kafka.test.ts starts one. */
export const KAFKA_BROKER = "SLUICE_TEST_KAFKA";
export const TOPIC = "conformance";

/** A real Kafka, which is killed and stalled by tests of its own. */
const broker: Backend = {
	url: `http://${process.env[KAFKA_BROKER] ?? "127.0.0.1:9"}`,
	conducts: [],
	behave: () => {},
	reached: () => 0,
	stop: () => {},
};

export default {
	backend: () => broker,
	config: ({ url }) => ({ brokers: [url.replace("http://", "")], topic: TOPIC }),
	wrong: [{ topic: "t" }, { brokers: ["127.0.0.1"], topic: "t" }, { brokers: ["127.0.0.1:1"], topic: "" }],
} satisfies Harness;
