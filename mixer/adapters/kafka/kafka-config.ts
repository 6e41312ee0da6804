import { isIP } from "node:net";
import type { ProducerOptions } from "@platformatic/kafka";
import { z } from "zod";
import { MixerError } from "../../error.ts";
import { isLoopback } from "../http/loopback.ts";
import { type Environment, readSecret, secretSource } from "../http/secret-source.ts";
import { readTls, tlsFiles } from "../http/tls-files.ts";
import { attributeNames } from "../json-line.ts";

/** Enough to find a cluster by: its brokers name the others. */
const MAX_BROKERS = 100;

/** What a person writes for the adapter `kafka`. */
export const kafkaConfiguration = z.strictObject({
	brokers: z
		.array(z.string().regex(/^([^\s:/@[\]]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/))
		.min(1)
		.max(MAX_BROKERS)
		.meta({ description: "Brokers to begin with, each `HOST:PORT`; they name the others." }),
	topic: z
		.string()
		.regex(/^[a-zA-Z0-9._-]{1,249}$/)
		.meta({ description: "The topic, which must exist." }),
	key: z.enum(attributeNames()).optional().meta({
		description:
			"The attribute, or a log entry's field of that name, whose value is the key. Left out or absent: no key.",
	}),
	attributes: z.array(z.enum(attributeNames())).min(1).optional().meta({
		description: "What each record holds. Left out: as `jsonlog`.",
	}),
	compression: z.enum(["none", "gzip", "snappy", "lz4", "zstd"]).default("none").meta({
		description: "How batches are compressed.",
	}),
	clientId: z
		.string()
		.min(1)
		.max(249)
		.default("sluice")
		.meta({ description: "What brokers call this client in their logs." }),
	sasl: z
		.strictObject({
			mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]).meta({ description: "How to log in." }),
			username: z.string().min(1).meta({ description: "The user's name." }),
			password: secretSource.meta({ description: "The password, from an environment variable or a file." }),
		})
		.optional()
		.meta({ description: "Left out: no login." }),
	tls: tlsFiles.unwrap().optional().meta({
		description: "TLS, with the system's authorities if `{}`. Left out: none.",
	}),
	plaintext: z.boolean().default(false).meta({
		description: "Whether brokers without TLS may be on other machines, where all can read and change what is sent.",
	}),
});

/** With defaults. */
export type KafkaConfiguration = z.output<typeof kafkaConfiguration>;

/** How the brokers are reached. */
export type KafkaConnection = Pick<
	ProducerOptions<string, string, string, string>,
	"clientId" | "bootstrapBrokers" | "sasl" | "tls" | "tlsServerName"
>;

/**
 * Reads what the configuration names.
 *
 * @throws MixerError "invalid" naming what is wrong, and no secret.
 */
export async function readConnection(config: KafkaConfiguration, environment: Environment): Promise<KafkaConnection> {
	const { clientId, brokers, sasl, tls } = config;
	if (tls === undefined && !config.plaintext) brokers.forEach(refuseRemote);
	const password = sasl && (await readSecret("config.sasl.password", sasl.password, environment));
	return {
		clientId,
		bootstrapBrokers: brokers.map(brokerOf),
		...(sasl && password !== undefined && { sasl: { ...sasl, password } }),
		// A name, never an address, is what a server may be asked for (RFC 6066, section 3).
		...(tls && { tls: await readTls(tls), tlsServerName: brokers.every((broker) => isIP(hostOf(broker)) === 0) }),
	};
}

function refuseRemote(broker: string, index: number): void {
	if (isLoopback(broker.slice(0, broker.lastIndexOf(":")))) return;
	const cure = "write tls, or plaintext: true to go without";
	throw new MixerError("invalid", `config.brokers.${index}: ${broker} is not on this machine: ${cure}`);
}

function brokerOf(broker: string): { host: string; port: number } {
	return { host: hostOf(broker), port: Number(broker.slice(broker.lastIndexOf(":") + 1)) };
}

function hostOf(broker: string): string {
	return broker.slice(0, broker.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}
