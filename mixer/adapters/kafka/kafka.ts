import type { Adapter } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import { kafkaConfiguration } from "./kafka-config.ts";

/** Records and log entries to a topic of Kafka, as jsonlog's lines: once each, for as long as brokers answer within 26 s. */
export const kafka: Adapter = {
	name: "kafka",
	signals: ["record", "log"],
	configSchema: jsonSchema(kafkaConfiguration),
	attributes(config) {
		const { attributes = DEFAULT_ATTRIBUTES, key } = parseConfig(kafkaConfiguration, config);
		return key === undefined ? attributes : [...new Set([...attributes, key])];
	},
	async build(config, env) {
		const parsed = parseConfig(kafkaConfiguration, config);
		// The library takes a second and 60 MB to load: only those who use it pay for it.
		const { openKafka } = await import("./kafka-handler.ts");
		return openKafka(parsed, env);
	},
};
