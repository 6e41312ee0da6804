import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isLoopback } from "../adapters/http/loopback.ts";
import { readHeaders } from "../adapters/http/request-headers.ts";
import { MixerError } from "../error.ts";
import { conditionalGet } from "./conditional-get.ts";
import type { DataSourceEnv } from "./data-source.ts";
import type { Fetched, Origin, OriginSettings } from "./origin.ts";

/** What a server tells a document's versions by (RFC 9110, section 8.8). */
export interface Validators {
	readonly etag?: string;
	readonly lastModified?: string;
}

export interface HttpOriginOptions extends Pick<OriginSettings, "headers" | "authorities" | "allowHttp"> {
	readonly url: URL;
	readonly env: DataSourceEnv;
}

/** A URL that is asked whether its document is another one than last time. */
export class HttpOrigin implements Origin {
	readonly isLocal = false;
	readonly shown: string;
	readonly #options: HttpOriginOptions;

	/** @throws MixerError "invalid" where the URL may not be used. */
	constructor(options: HttpOriginOptions) {
		const { url, allowHttp } = options;
		this.shown = showUrl(url);
		checkScheme(url, allowHttp);
		this.#options = options;
	}

	async fetch(tag: string | undefined, signal: AbortSignal): Promise<Fetched | "unchanged"> {
		const { url, env, allowHttp } = this.#options;
		try {
			const [headers, authorities] = await Promise.all([this.#headers(), this.#authorities()]);
			const known: Validators = tag === undefined ? {} : JSON.parse(tag);
			const check = (target: URL) => checkScheme(target, allowHttp);
			const got = await conditionalGet(url, { known, headers, authorities, maxBytes: env.maxBytes, check, signal });
			if (got === "unchanged") return got;
			return { bytes: got.bytes, ...tagOf(got.validators) };
		} catch (error) {
			if (signal.aborted) throw new MixerError("unavailable", `${this.shown}: no answer in time`, { cause: error });
			const { code, message } = MixerError.from(error);
			throw new MixerError(code === "internal" ? "unavailable" : code, `${this.shown}: ${message}`, { cause: error });
		}
	}

	#headers(): Promise<Record<string, string>> {
		const { headers, env } = this.#options;
		const absolute = Object.entries(headers).map(([name, { file, ...rest }]) => {
			return [name, { ...rest, ...(file !== undefined && { file: resolve(env.dir, file) }) }] as const;
		});
		return readHeaders(Object.fromEntries(absolute), env.environment);
	}

	async #authorities(): Promise<string | undefined> {
		const { authorities, env } = this.#options;
		if (authorities === undefined) return undefined;
		return readFile(resolve(env.dir, authorities), "utf8").catch((cause: unknown) => {
			const text = `config.authorities: ${authorities} cannot be read: ${MixerError.from(cause).message}`;
			throw new MixerError("invalid", text, { cause });
		});
	}
}

/** A URL as people are shown it: its query may hold a secret. */
export function showUrl(url: URL): string {
	return `${url.origin}${url.pathname}`;
}

function tagOf({ etag, lastModified }: Validators): { tag?: string } {
	return etag === undefined && lastModified === undefined ? {} : { tag: JSON.stringify({ etag, lastModified }) };
}

/** Nobody between us and this machine can change anything. */
function checkScheme(url: URL, allowHttp: boolean): void {
	if (url.protocol === "https:" || (url.protocol === "http:" && (isLoopback(url.hostname) || allowHttp))) return;
	const text = `${showUrl(url)} is not https: with spec.config.allowHttp: true it is used all the same`;
	throw new MixerError("invalid", text);
}
