import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { gunzipSync } from "node:zlib";
import type { OtlpSignal } from "../../mixer/adapters/otlp/otlp-signal.ts";
import { requestJson, signalAt, spansIn } from "./otlp-message.ts";

/** One request as it came. */
export interface OtlpRequest {
	readonly path: string;
	readonly signal: OtlpSignal;
	readonly headers: IncomingMessage["headers"];
	readonly body: unknown;
	readonly bytes: Uint8Array;
}

/** How a request is answered. */
export interface OtlpReply {
	readonly status: number;
	/** Of a message. */
	readonly body?: Uint8Array;
	readonly headers?: Readonly<Record<string, string>>;
}

/** What a receiver that speaks TLS shows and asks for. */
export interface ReceiverTls {
	readonly key: string | Buffer;
	readonly cert: string | Buffer;
	/** Who may have signed the client's certificate, which is asked for then. */
	readonly ca?: string | Buffer;
}

/** An OTLP/HTTP receiver that keeps what it gets and answers as it is told. */
export class OtlpReceiver {
	readonly requests: OtlpRequest[] = [];
	readonly url: string;
	/** Taken from the front; 200 when there are none. */
	readonly answers: OtlpReply[] = [];
	readonly #server: Server;

	private constructor(server: Server, url: string) {
		this.#server = server;
		this.url = url;
	}

	static async start(tls?: ReceiverTls): Promise<OtlpReceiver> {
		let receiver: OtlpReceiver | undefined;
		const listener = (request: IncomingMessage, response: ServerResponse) => void receiver?.answer(request, response);
		const asking = tls?.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
		const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls, ...asking }, listener);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		receiver = new OtlpReceiver(server, `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`);
		return receiver;
	}

	/** All spans it got. */
	spans() {
		return this.requests.filter(({ signal }) => signal === "traces").flatMap(({ bytes }) => spansIn(bytes));
	}

	async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(Buffer.from(chunk));
		const sent = Buffer.concat(chunks);
		const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
		const path = request.url ?? "";
		const signal = signalAt(path);
		if (signal === undefined) {
			response.writeHead(404).end();
			return;
		}
		this.requests.push({ path, signal, headers: request.headers, body: requestJson(signal, bytes), bytes });
		const { status, body, headers } = this.answers.shift() ?? { status: 200 };
		response.writeHead(status, { "content-type": "application/x-protobuf", ...headers }).end(body);
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}
