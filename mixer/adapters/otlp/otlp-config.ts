import { readFile } from "node:fs/promises";
import { z } from "zod";
import { MixerError } from "../../error.ts";

const file = z.string().min(1);

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
	headers: z
		.record(z.string(), z.strictObject({ env: z.string().min(1).optional(), file: file.optional() }))
		.default({})
		.meta({ description: "Headers of every request, by name: each from an environment variable or a file." }),
	tls: z
		.strictObject({
			authorities: file.optional().meta({ description: "PEM of who may have signed the receiver's certificate." }),
			certificate: file.optional().meta({ description: "PEM of the client's certificate." }),
			key: file.optional().meta({ description: "PEM of its key." }),
		})
		.default({})
		.meta({ description: "Files for an `https` endpoint, read when the handler is opened." }),
});

/** With defaults. */
export type OtlpConfiguration = z.output<typeof otlpConfiguration>;

/** What a way to a receiver is opened with. */
export interface TransportOptions {
	/** Over HTTP without the signal's path. */
	readonly endpoint: URL;
	/** Secret ones among them: they are sent and never shown. */
	readonly headers: Readonly<Record<string, string>>;
	/** PEM. */
	readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
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
		throw invalid(`config.endpoint: ${url.pathname}: with protocol grpc there is no path: leave it out`);
	}
	return url;
}

/** Where headers' values may come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the values of headers.
 *
 * @throws MixerError "invalid" naming what is missing, and no value.
 */
export async function readHeaders(
	headers: OtlpConfiguration["headers"],
	environment: Environment,
): Promise<Record<string, string>> {
	const read = Object.entries(headers).map(async ([name, source]) => {
		const value = await headerValue(`config.headers.${name}`, source, environment);
		if (!/^[\t\x20-\x7e]*$/.test(value)) throw invalid(`config.headers.${name}: its value is no header's`);
		return [name, value] as const;
	});
	return Object.fromEntries(await Promise.all(read));
}

/** @throws MixerError "invalid" naming the file that cannot be read. */
export async function readTls({ authorities, certificate, key }: OtlpConfiguration["tls"]) {
	if ((certificate === undefined) !== (key === undefined)) {
		throw invalid("config.tls: certificate and key belong together: name both or none");
	}
	return {
		...(authorities !== undefined && { ca: await read("config.tls.authorities", authorities) }),
		...(certificate !== undefined && { cert: await read("config.tls.certificate", certificate) }),
		...(key !== undefined && { key: await read("config.tls.key", key) }),
	};
}

async function headerValue(
	field: string,
	{ env, file: path }: OtlpConfiguration["headers"][string],
	environment: Environment,
): Promise<string> {
	if ((env === undefined) === (path === undefined)) throw invalid(`${field}: name either env or file`);
	if (path !== undefined) return (await read(`${field}.file`, path)).toString("utf8").trim();
	const value = environment[env ?? ""];
	if (value === undefined) throw invalid(`${field}.env: there is no environment variable ${env}`);
	return value;
}

async function read(field: string, path: string): Promise<Buffer> {
	try {
		return await readFile(path);
	} catch (cause) {
		throw new MixerError("invalid", `${field}: ${path} cannot be read: ${MixerError.from(cause).message}`, { cause });
	}
}

function invalid(text: string): MixerError {
	return new MixerError("invalid", text);
}
