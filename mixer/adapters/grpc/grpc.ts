import { randomUUID } from "node:crypto";
import { z } from "zod";
import { vocabulary } from "../../api/generated/vocabulary.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import type { Adapter } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { GrpcClient } from "./grpc-client.ts";
import { grpcConfiguration, readTarget } from "./grpc-config.ts";
import { GrpcSession } from "./grpc-session.ts";
import { validate } from "./grpc-validation.ts";

/** To an adapter that is a program of its own, in any language, by mixer/api/adapter.proto. */
export const grpc: Adapter = {
	name: "grpc",
	signals: ["record", "metric", "log"],
	configSchema: jsonSchema(grpcConfiguration),
	attributes: (config) => parseConfig(grpcConfiguration, config).attributes ?? DEFAULT_ATTRIBUTES,
	async build(config, env) {
		const parsed = parseConfig(grpcConfiguration, config);
		const { endpoint, attributes = DEFAULT_ATTRIBUTES } = parsed;
		const configuration = {
			handler: env.name,
			settings: z.record(z.string(), z.json()).parse(parsed.settings),
			attributes: attributes.map((name) => ({ name, type: vocabulary[name].type })),
		};
		const client = new GrpcClient(await readTarget(parsed, env.environment), env.signal);
		try {
			await validate(client, { configuration, endpoint, logger: env.logger });
		} catch (error) {
			client.close();
			throw error;
		}
		const session = new GrpcSession({ client, session: randomUUID(), configuration, attributes });
		return {
			handle: (batch) => session.handle(batch),
			// What is delivered is the adapter's, and safe: it holds back nothing of ours.
			async flush() {},
			async close() {
				try {
					await session.close();
				} finally {
					client.close();
				}
			},
		};
	},
};
