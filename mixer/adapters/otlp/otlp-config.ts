import { z } from "zod";
import { MixerError } from "../../error.ts";
import { headerSources } from "../http/request-headers.ts";
import { type TlsMaterial, tlsFiles } from "../http/tls-files.ts";

/** What a person writes for the adapter `otlp`. */
export const otlpConfiguration = z.strictObject({
	protocol: z
		.enum(["http/protobuf", "grpc"])
		.default("http/protobuf")
		.meta({ description: "How the receiver is spoken to." }),
	endpoint: z
		.string()
		.regex(/^https?:\/\/[^\s?#]+$/)
		.optional()
		.meta({
			description:
				"The receiver's URL, over HTTP without `/v1/metrics`, `/v1/logs` and `/v1/traces`. Left out: `http://127.0.0.1:4318`, with `grpc` `http://127.0.0.1:4317`.",
		}),
	compression: z.enum(["none", "gzip"]).default("none").meta({ description: "Of requests." }),
	resource: z
		.record(z.string(), z.string())
		.default({ "service.name": "sluice" })
		.meta({ description: "OpenTelemetry's resource: whose telemetry it is, attribute by name." }),
	headers: headerSources,
	tls: tlsFiles,
});

/** With defaults. */
export type OtlpConfiguration = z.output<typeof otlpConfiguration>;

/** What a way to a receiver is opened with. */
export interface TransportOptions {
	/** Over HTTP without the signal's path. */
	readonly endpoint: URL;
	/** Secret ones among them: they are sent and never shown. */
	readonly headers: Readonly<Record<string, string>>;
	readonly tls: TlsMaterial;
	readonly compression: OtlpConfiguration["compression"];
	/** Gives up what is under way. */
	readonly signal: AbortSignal;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/**
 * The receiver's URL.
 *
 * @throws MixerError "invalid" where it has a path that gRPC can't have.
 */
export function endpointOf({ protocol, endpoint }: OtlpConfiguration): URL {
	const url = new URL(endpoint ?? `http://127.0.0.1:${protocol === "grpc" ? 4317 : 4318}`);
	if (protocol === "grpc" && url.pathname !== "/") {
		const text = `config.endpoint: ${url.pathname}: with protocol grpc there is no path: leave it out`;
		throw new MixerError("invalid", text);
	}
	return url;
}
