import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { getCACertificates } from "node:tls";
import { MixerError } from "../error.ts";
import type { Validators } from "./http-origin.ts";

/** Answers that lead elsewhere, one after the other: a list's address has moved once or twice. */
const MAX_REDIRECTS = 5;

export interface ConditionalGet {
	/** Of the document that is known; empty where none is. */
	readonly known: Validators;
	/** May hold secrets: not for another host. */
	readonly headers: Readonly<Record<string, string>>;
	/** PEM of those that may have signed the server's certificate; the machine's if left out. */
	readonly authorities: string | undefined;
	readonly maxBytes: number;
	/** Throws where an address may not be asked. */
	readonly check: (url: URL) => void;
	readonly signal: AbortSignal;
}

/** A document and what it is told by. */
export interface Got {
	readonly bytes: Buffer;
	readonly validators: Validators;
}

/**
 * Gets a document unless it is the one that is known (If-None-Match, If-Modified-Since).
 *
 * @throws MixerError "invalid" where the answer is of no use; whatever Node throws where there is none.
 */
export async function conditionalGet(url: URL, options: ConditionalGet): Promise<Got | "unchanged"> {
	const { known, headers, check, maxBytes } = options;
	let current = url;
	for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
		check(current);
		const own = current.origin === url.origin ? headers : {};
		const answer = await ask(current, { ...own, ...conditions(known) }, options);
		const { statusCode = 0, headers: said } = answer;
		if (statusCode === 200) return { bytes: await readBody(answer, maxBytes), validators: validatorsOf(answer) };
		answer.destroy();
		if (statusCode === 304 && (known.etag ?? known.lastModified) !== undefined) return "unchanged";
		const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && said.location !== undefined;
		if (!isRedirect) throw new MixerError("unavailable", `answers ${statusCode}`);
		current = new URL(said.location ?? "", current);
	}
	throw new MixerError("unavailable", `leads elsewhere more than ${MAX_REDIRECTS} times`);
}

function conditions({ etag, lastModified }: Validators): Record<string, string> {
	return {
		...(etag !== undefined && { "if-none-match": etag }),
		...(lastModified !== undefined && { "if-modified-since": lastModified }),
	};
}

function validatorsOf({ headers }: IncomingMessage): Validators {
	const { etag, "last-modified": lastModified } = headers;
	return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}

function ask(url: URL, headers: Record<string, string>, options: ConditionalGet): Promise<IncomingMessage> {
	const { authorities, signal } = options;
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	// A connection of its own each time: it is asked every few minutes.
	const request: RequestOptions = {
		signal,
		agent: false,
		headers: { "user-agent": "sluice", "accept-encoding": "identity", ...headers },
	};
	const ca = authorities ?? [...getCACertificates("default"), ...getCACertificates("system")];
	const sent = url.protocol === "https:" ? httpsRequest(url, { ...request, ca }) : httpRequest(url, request);
	sent.once("response", resolve).once("error", reject).end();
	return promise;
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
	if (answer.headers["content-encoding"] !== undefined) {
		throw new MixerError("invalid", `answers in the encoding ${answer.headers["content-encoding"]}, unasked`);
	}
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of answer) {
		const bytes: Buffer = Buffer.from(chunk);
		size += bytes.byteLength;
		if (size > maxBytes) throw new MixerError("invalid", `is over ${maxBytes} bytes (spec.maxBytes)`);
		chunks.push(bytes);
	}
	return Buffer.concat(chunks);
}
