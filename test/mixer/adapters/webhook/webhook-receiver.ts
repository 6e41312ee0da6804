import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";

export interface ReceivedMessage {
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

/** A receiver of webhooks that keeps what it gets and answers as it is told. */
export class WebhookReceiver {
	readonly messages: ReceivedMessage[] = [];
	/** Taken from the front; 204 when there are none. */
	readonly answers: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[] = [];
	readonly port: number;
	readonly #server: Server;

	private constructor(server: Server) {
		const address = server.address();
		this.port = typeof address === "object" && address !== null ? address.port : 0;
		this.#server = server;
	}

	/** @param tls by HTTPS. */
	static async start(tls?: ServerOptions): Promise<WebhookReceiver> {
		let receiver: WebhookReceiver | undefined;
		const listener: RequestListener = async (request, response) => {
			let body = "";
			for await (const chunk of request) body += chunk;
			receiver?.messages.push({ headers: request.headers, body });
			const { status, headers = {} } = receiver?.answers.shift() ?? { status: 204 };
			response.writeHead(status, headers).end();
		};
		const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		receiver = new WebhookReceiver(server);
		return receiver;
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}
