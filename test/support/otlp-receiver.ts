import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** One request as it came. */
export interface OtlpRequest {
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: unknown;
}

/** An OTLP/HTTP receiver that keeps what it gets and answers as it is told. */
export class OtlpReceiver {
	readonly requests: OtlpRequest[] = [];
	readonly url: string;
	/** Taken from the front; {status: 200, text: "{}"} when there are none. */
	readonly answers: { readonly status: number; readonly text?: string }[] = [];
	readonly #server: Server;

	private constructor(server: Server, port: number) {
		this.#server = server;
		this.url = `http://127.0.0.1:${port}`;
	}

	static async start(): Promise<OtlpReceiver> {
		let receiver: OtlpReceiver | undefined;
		const server = createServer((request, response) => void receiver?.answer(request, response));
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		receiver = new OtlpReceiver(server, typeof address === "object" && address !== null ? address.port : 0);
		return receiver;
	}

	async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let text = "";
		for await (const chunk of request) text += chunk;
		this.requests.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(text) });
		const answer = this.answers.shift() ?? { status: 200 };
		response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text ?? "{}");
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}
