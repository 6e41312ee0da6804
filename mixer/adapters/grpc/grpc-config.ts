import { z } from "zod";
import { headerSources } from "../http/request-headers.ts";
import { tlsFiles } from "../http/tls-files.ts";
import { attributeNames } from "../json-line.ts";

/** What a person writes for the adapter `grpc`. */
export const grpcConfiguration = z.strictObject({
	endpoint: z
		.string()
		.regex(/^(https?:\/\/[^\s/?#@]+|unix:\/\S+)$/)
		.meta({ description: "Where the adapter listens: `https://HOST:PORT`, `http://HOST:PORT` or `unix:/PATH`." }),
	plaintext: z.boolean().default(false).meta({
		description: "Whether an `http` endpoint may be on another machine, where all can read and change what is sent.",
	}),
	settings: z.record(z.string(), z.unknown()).default({}).meta({
		description: "The adapter's own settings, which it checks itself when the configuration is loaded.",
	}),
	attributes: z.array(z.enum(attributeNames())).min(1).optional().meta({
		description: "What each record holds. Left out: as `jsonlog`.",
	}),
	deadline: z
		.string()
		.regex(/^[1-9]\d{0,5}(ms|s|m)$/)
		.default("30s")
		.meta({
			description: "How long a call waits for the adapter, a restart included, before it is made anew: 100ms to 5m.",
		}),
	headers: headerSources.meta({
		description: "Metadata of every call, by name: each from an environment variable or a file.",
	}),
	tls: tlsFiles,
});

/** With defaults. */
export type GrpcConfiguration = z.output<typeof grpcConfiguration>;
