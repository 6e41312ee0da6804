import {
	Agent as HttpAgent,
	request as httpRequest,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { TlsMaterial } from "./tls-files.ts";

/** Of an answer: backends say in it what they refuse and why. */
const MAX_ANSWER_BYTES = 65_536;

/** The longest that a request lasts, however long the handler's timeout is: a socket is not kept for ever. */
export const MAX_REQUEST_MS = 300_000;

/** Connections to one backend; the queue has one request under way. */
const MAX_SOCKETS = 2;

/** What the answer to a request says. */
export interface HttpAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** Its beginning, where it is long. */
	readonly body: Buffer;
}

export interface HttpPosterOptions {
	/** Of all requests. */
	readonly protocol: "http:" | "https:";
	readonly tls: TlsMaterial;
	/** Gives up what is under way. */
	readonly signal: AbortSignal;
	/** The longest that a request lasts, in milliseconds. */
	readonly maxRequestMs?: number;
}

/** Posts over connections that are kept. Follows no redirection. */
export class HttpPoster {
	readonly #options: HttpPosterOptions;
	readonly #agent: HttpAgent | HttpsAgent;

	constructor(options: HttpPosterOptions) {
		const keep = { keepAlive: true, maxSockets: MAX_SOCKETS };
		this.#options = options;
		this.#agent = options.protocol === "https:" ? new HttpsAgent({ ...keep, ...options.tls }) : new HttpAgent(keep);
	}

	/** Rejects where there is no whole answer. */
	post(url: URL, request: { data: Uint8Array; headers: Readonly<Record<string, string>> }): Promise<HttpAnswer> {
		const { protocol, signal, maxRequestMs = MAX_REQUEST_MS } = this.#options;
		const { data, headers } = request;
		const options: RequestOptions = {
			...{ method: "POST", agent: this.#agent, signal, timeout: maxRequestMs },
			headers: { ...headers, "content-length": data.length },
		};
		const send = protocol === "https:" ? httpsRequest : httpRequest;
		return new Promise((resolve, reject) => {
			const sent = send(url, options, (response) => {
				const { statusCode: status = 0, headers } = response;
				readBeginning(response).then((body) => resolve({ status, headers, body }), reject);
			});
			sent.on("timeout", () => sent.destroy(new Error(`no answer within ${maxRequestMs / 1000} s`)));
			sent.on("error", reject);
			sent.end(data);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

async function readBeginning(response: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of response) {
		if (!Buffer.isBuffer(chunk) || bytes >= MAX_ANSWER_BYTES) continue;
		chunks.push(chunk.subarray(0, MAX_ANSWER_BYTES - bytes));
		bytes += chunk.length;
	}
	return Buffer.concat(chunks);
}
