import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** Of an answer: it says how many items were rejected, and why. */
const MAX_ANSWER_BYTES = 65_536;

/** The longest that a request lasts, however long the handler's timeout is: a socket is not kept for ever. */
const MAX_REQUEST_MS = 300_000;

/** Connections to one backend; the queue has one request under way. */
const MAX_SOCKETS = 2;

/** What the answer to a request says. */
export interface OtlpAnswer {
	readonly status: number;
	readonly text: string;
}

export interface OtlpClientOptions {
	/** Without the signal's path. */
	readonly endpoint: URL;
	/** Secret ones among them: they are sent and never shown. */
	readonly headers: Readonly<Record<string, string>>;
	/** PEM. */
	readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
	/** Gives up what is under way. */
	readonly signal: AbortSignal;
}

/** Posts JSON to an OTLP/HTTP receiver, over connections that are kept. */
export class OtlpClient {
	readonly #options: OtlpClientOptions;
	readonly #agent: HttpAgent | HttpsAgent;

	constructor(options: OtlpClientOptions) {
		const keep = { keepAlive: true, maxSockets: MAX_SOCKETS };
		this.#options = options;
		this.#agent = isTls(options.endpoint) ? new HttpsAgent({ ...keep, ...options.tls }) : new HttpAgent(keep);
	}

	/** Rejects where there is no whole answer. */
	post(path: string, body: object): Promise<OtlpAnswer> {
		const { endpoint, headers, signal } = this.#options;
		const data = Buffer.from(JSON.stringify(body));
		const options: RequestOptions = {
			method: "POST",
			agent: this.#agent,
			signal,
			timeout: MAX_REQUEST_MS,
			headers: { ...headers, "content-type": "application/json", "content-length": data.length },
		};
		const url = new URL(endpoint.pathname.replace(/\/?$/, path), endpoint);
		return new Promise((resolve, reject) => {
			const request = (isTls(endpoint) ? httpsRequest : httpRequest)(url, options, (response) => {
				let text = "";
				response.setEncoding("utf8");
				response.on("data", (chunk: string) => {
					if (text.length < MAX_ANSWER_BYTES) text += chunk.slice(0, MAX_ANSWER_BYTES - text.length);
				});
				response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
				response.on("error", reject);
			});
			request.on("timeout", () => request.destroy(new Error(`no answer within ${MAX_REQUEST_MS / 1000} s`)));
			request.on("error", reject);
			request.end(data);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

function isTls({ protocol }: URL): boolean {
	return protocol === "https:";
}
