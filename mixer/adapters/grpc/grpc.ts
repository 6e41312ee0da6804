import type { Adapter } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import { grpcConfiguration } from "./grpc-config.ts";

/** To an adapter that is a program of its own, in any language, by mixer/api/adapter.proto. */
export const grpc: Adapter = {
	name: "grpc",
	signals: ["record", "metric", "log", "span"],
	configSchema: jsonSchema(grpcConfiguration),
	attributes: (config) => parseConfig(grpcConfiguration, config).attributes ?? DEFAULT_ATTRIBUTES,
	async build(config, env) {
		const parsed = parseConfig(grpcConfiguration, config);
		// Commands that only know the adapters' names do without gRPC.
		const { openGrpc } = await import("./grpc-handler.ts");
		return openGrpc(parsed, env);
	},
};
