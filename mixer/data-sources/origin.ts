import { z } from "zod";
import { MixerError } from "../error.ts";
import type { DataSource, DataSourceEnv, SourceReading } from "./data-source.ts";
import { FileOrigin } from "./file-origin.ts";
import { HttpOrigin } from "./http-origin.ts";

const text = z.string().min(1);

/** The settings that say where data come from: a file or a URL. */
export const originFields = {
	file: text.optional().meta({ description: "The file, relative to the configuration's folder." }),
	url: z
		.string()
		.regex(/^https?:\/\/[^\s/?#@]+([/?][^\s#]*)?$/)
		.optional()
		.meta({ description: "Or the URL, without a user or password in it; messages show it without its query." }),
	headers: z
		.record(z.string(), z.strictObject({ env: text.optional(), file: text.optional() }))
		.default({})
		.meta({
			description:
				"Headers of the request, by name: each from an environment variable or a file, read anew every time. Never sent to another host.",
		}),
	authorities: text.optional().meta({
		description: "PEM of who may have signed the server's certificate; the machine's authorities if left out.",
	}),
	allowHttp: z.boolean().default(false).meta({
		description:
			"Whether plain `http` may be used with other hosts than this machine: anybody on the way can change the data.",
	}),
} as const;

const originSettings = z.object(originFields);

/** Where data come from. */
export type OriginSettings = z.output<typeof originSettings>;

/** What was found there. */
export interface Fetched {
	readonly bytes: Buffer;
	/** What the origin tells them by. */
	readonly tag?: string;
}

/** A place that data come from. */
export interface Origin extends Pick<DataSource, "isLocal" | "watch"> {
	/** For messages: no secret in it. */
	readonly shown: string;
	fetch(tag: string | undefined, signal: AbortSignal): Promise<Fetched | "unchanged">;
}

/**
 * The place that settings name.
 *
 * @throws MixerError "invalid" where they name none, or two.
 */
export function openOrigin(settings: OriginSettings, env: DataSourceEnv): Origin {
	const { file, url, headers, authorities, allowHttp } = settings;
	if ((file === undefined) === (url === undefined)) {
		throw new MixerError("invalid", "spec.config: name either a file or a url");
	}
	if (url !== undefined) return new HttpOrigin({ url: new URL(url), headers, authorities, allowHttp, env });
	const useless = Object.keys(headers).length > 0 ? "headers" : authorities !== undefined ? "authorities" : undefined;
	if (useless !== undefined) throw new MixerError("invalid", `spec.config.${useless} is of no use with a file`);
	return new FileOrigin(file ?? "", env);
}

/** A source of what one reader makes of an origin's bytes. */
export function sourceOf(
	origin: Origin,
	{
		empty,
		parse,
	}: { empty: string; parse: (bytes: Buffer, shown: string) => Pick<SourceReading, "document" | "entries"> },
): DataSource {
	return {
		empty,
		isLocal: origin.isLocal,
		...(origin.watch && { watch: origin.watch.bind(origin) }),
		async read(tag, signal) {
			const fetched = await origin.fetch(tag, signal);
			if (fetched === "unchanged") return fetched;
			const { bytes, tag: next } = fetched;
			return { ...parse(bytes, origin.shown), ...(next !== undefined && { tag: next }) };
		},
	};
}
