import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A backend that takes requests and, while it hangs, answers none. */
export class HangingBackend {
	/** Requests that came while it hung. */
	hung = 0;
	hangs = true;
	readonly url: string;
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
		this.url = urlOf(server);
		server.on("request", (request, response) => {
			request.resume();
			if (this.hangs) this.hung++;
			else response.writeHead(200, { "content-type": "application/json" }).end("{}");
		});
	}

	static async start(): Promise<HangingBackend> {
		return new HangingBackend(await listening());
	}

	/** Answers from now on; what hangs is cut off. */
	recover(): void {
		this.hangs = false;
		this.#server.closeAllConnections();
	}

	stop(): void {
		stopServer(this.#server);
	}
}

/** An OTLP/HTTP receiver that, while it fails, answers every other request 503. */
export class FlakyBackend {
	/** What the requests that it took have said, as they came. */
	readonly taken: string[] = [];
	/** Requests that it refused. */
	refused = 0;
	fails = true;
	readonly url: string;
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
		this.url = urlOf(server);
		let requests = 0;
		server.on("request", async (request, response) => {
			let text = "";
			for await (const chunk of request) text += chunk;
			const refuses = this.fails && requests++ % 2 === 0;
			if (refuses) this.refused++;
			else this.taken.push(text);
			response.writeHead(refuses ? 503 : 200, { "content-type": "application/json" }).end("{}");
		});
	}

	static async start(): Promise<FlakyBackend> {
		return new FlakyBackend(await listening());
	}

	/** The texts in what it took that match, as often as they stand there. */
	matches(pattern: RegExp): string[] {
		return this.taken.flatMap((text) => text.match(pattern) ?? []);
	}

	stop(): void {
		stopServer(this.#server);
	}
}

async function listening(): Promise<Server> {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}

function urlOf(server: Server): string {
	// An address of a TCP server is an object.
	const { port } = server.address() as AddressInfo;
	return `http://127.0.0.1:${port}`;
}

function stopServer(server: Server): void {
	server.closeAllConnections();
	server.close();
}
