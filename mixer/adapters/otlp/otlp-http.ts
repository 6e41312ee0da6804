import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TransportOptions } from "./otlp-config.ts";
import { type OtlpAnswer, type OtlpSignal, type OtlpTransport, readTaken, TARGETS } from "./otlp-signal.ts";

/** Of an answer: it says how many items were rejected, and why. */
const MAX_ANSWER_BYTES = 65_536;

/** The longest that a request lasts, however long the handler's timeout is: a socket is not kept for ever. */
export const MAX_REQUEST_MS = 300_000;

/** Connections to one backend; the queue has one request under way. */
const MAX_SOCKETS = 2;

/** What OTLP/HTTP calls worth another try. */
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

/** Posts protobuf to an OTLP/HTTP receiver, over connections that are kept. */
export class OtlpHttp implements OtlpTransport {
	readonly #options: TransportOptions;
	readonly #agent: HttpAgent | HttpsAgent;

	constructor(options: TransportOptions) {
		const keep = { keepAlive: true, maxSockets: MAX_SOCKETS };
		this.#options = options;
		this.#agent = isTls(options.endpoint) ? new HttpsAgent({ ...keep, ...options.tls }) : new HttpAgent(keep);
	}

	async send(signal: OtlpSignal, request: Uint8Array): Promise<OtlpAnswer> {
		const isCompressed = this.#options.compression === "gzip";
		const response = await this.#post(TARGETS[signal].path, isCompressed ? await compress(request) : request);
		const { status, body, retryAfter } = response;
		if (RETRIED.has(status)) {
			const afterMs = retryAfterMs(retryAfter, this.#options.now());
			return { kind: "retry", message: `answered ${status}`, ...(afterMs !== undefined && { afterMs }) };
		}
		return status >= 200 && status <= 299 ? readTaken(signal, body) : { kind: "refused", reason: `http_${status}` };
	}

	close(): void {
		this.#agent.destroy();
	}

	#post(path: string, data: Uint8Array): Promise<Answer> {
		const { endpoint, headers, signal, compression } = this.#options;
		const options: RequestOptions = {
			method: "POST",
			agent: this.#agent,
			signal,
			timeout: MAX_REQUEST_MS,
			headers: {
				...headers,
				"content-type": "application/x-protobuf",
				"content-length": data.length,
				...(compression === "gzip" && { "content-encoding": "gzip" }),
			},
		};
		const url = new URL(endpoint.pathname.replace(/\/?$/, path), endpoint);
		return new Promise((resolve, reject) => {
			const request = (isTls(endpoint) ? httpsRequest : httpRequest)(url, options, (response) => {
				readAnswer(response).then(resolve, reject);
			});
			request.on("timeout", () => request.destroy(new Error(`no answer within ${MAX_REQUEST_MS / 1000} s`)));
			request.on("error", reject);
			request.end(data);
		});
	}
}

interface Answer {
	readonly status: number;
	/** Up to the bound. */
	readonly body: Uint8Array;
	readonly retryAfter: string | undefined;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of response) {
		if (!Buffer.isBuffer(chunk) || bytes >= MAX_ANSWER_BYTES) continue;
		chunks.push(chunk.subarray(0, MAX_ANSWER_BYTES - bytes));
		bytes += chunk.length;
	}
	return {
		status: response.statusCode ?? 0,
		body: Buffer.concat(chunks),
		retryAfter: response.headers["retry-after"],
	};
}

/** Seconds, or a date (RFC 9110, section 10.2.3); what is neither says nothing. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
	if (text === undefined) return undefined;
	if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : date - nowMs;
}

function isTls({ protocol }: URL): boolean {
	return protocol === "https:";
}
