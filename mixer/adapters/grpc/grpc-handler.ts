import { randomUUID } from "node:crypto";
import { z } from "zod";
import { vocabulary } from "../../api/generated/vocabulary.ts";
import type { AdapterEnv, Handler } from "../adapter.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import { GrpcClient } from "./grpc-client.ts";
import type { GrpcConfiguration } from "./grpc-config.ts";
import { GrpcSession } from "./grpc-session.ts";
import { readTarget } from "./grpc-target.ts";
import { validate } from "./grpc-validation.ts";

/** @throws MixerError "invalid" where the configuration cannot work, as the adapter says if it is there. */
export async function openGrpc(config: GrpcConfiguration, env: AdapterEnv): Promise<Handler> {
	const { endpoint, attributes = DEFAULT_ATTRIBUTES } = config;
	const configuration = {
		handler: env.name,
		settings: z.record(z.string(), z.json()).parse(config.settings),
		attributes: attributes.map((name) => ({ name, type: vocabulary[name].type })),
	};
	const client = new GrpcClient(await readTarget(config, env.environment), env.signal);
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
}
