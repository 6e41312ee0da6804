import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type HttpAnswer, HttpPoster } from "../http/http-poster.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import type { TransportOptions } from "./otlp-config.ts";
import { type OtlpAnswer, type OtlpSignal, type OtlpTransport, readTaken, TARGETS } from "./otlp-signal.ts";

/** What OTLP/HTTP calls worth another try. */
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

/** Posts protobuf to an OTLP/HTTP receiver. */
export class OtlpHttp implements OtlpTransport {
	readonly #options: TransportOptions;
	readonly #poster: HttpPoster;

	constructor(options: TransportOptions) {
		const { endpoint, tls, signal } = options;
		this.#options = options;
		this.#poster = new HttpPoster({ protocol: endpoint.protocol === "https:" ? "https:" : "http:", tls, signal });
	}

	async send(signal: OtlpSignal, request: Uint8Array): Promise<OtlpAnswer> {
		const { status, headers, body } = await this.#post(TARGETS[signal].path, request);
		if (RETRIED.has(status)) {
			const afterMs = retryAfterMs(headers["retry-after"], this.#options.now());
			return { kind: "retry", message: `answered ${status}`, ...(afterMs > 0 && { afterMs }) };
		}
		return status >= 200 && status <= 299 ? readTaken(signal, body) : { kind: "refused", reason: `http_${status}` };
	}

	close(): void {
		this.#poster.close();
	}

	async #post(path: string, request: Uint8Array): Promise<HttpAnswer> {
		const { endpoint, headers, compression } = this.#options;
		const isCompressed = compression === "gzip";
		return this.#poster.post(new URL(endpoint.pathname.replace(/\/?$/, path), endpoint), {
			data: isCompressed ? await compress(request) : request,
			headers: {
				...headers,
				"content-type": "application/x-protobuf",
				...(isCompressed && { "content-encoding": "gzip" }),
			},
		});
	}
}
