import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Backend, Conduct, Harness } from "./harness.ts";

type Answer = { readonly status: number; readonly body: string };

const ANSWERS: Readonly<Record<"sound" | "failing" | "refusing", Answer>> = {
	sound: { status: 200, body: "{}" },
	failing: { status: 503, body: "busy" },
	refusing: { status: 400, body: "no" },
};

/** An HTTP server at 127.0.0.1 that answers everything as it is told. */
export class HttpBackend implements Backend {
	readonly url: string;
	readonly conducts: readonly Conduct[];
	readonly #port: number;
	readonly #partial: Answer | undefined;
	#server: Server;
	#conduct: Conduct = "sound";
	#reached = 0;
	readonly #held = new Set<ServerResponse>();

	private constructor(server: Server, partial: Answer | undefined) {
		this.#server = server;
		this.#port = portOf(server);
		this.#partial = partial;
		this.url = `http://127.0.0.1:${this.#port}`;
		this.conducts = ["failing", "refusing", "hanging", "gone", ...(partial ? (["partial"] as const) : [])];
		this.#serve();
	}

	static async start({ partial }: Pick<Harness, "partial">): Promise<HttpBackend> {
		return new HttpBackend(await listening(0), partial);
	}

	async behave(conduct: Conduct): Promise<void> {
		const before = this.#conduct;
		this.#conduct = conduct;
		if (conduct === "gone") await this.stop();
		else if (before === "gone") {
			this.#server = await listening(this.#port);
			this.#serve();
		}
		if (conduct === "hanging") return;
		for (const response of this.#held) this.#answer(response);
		this.#held.clear();
	}

	reached(): number {
		return this.#reached;
	}

	async stop(): Promise<void> {
		const closed = this.#server.listening ? once(this.#server, "close") : undefined;
		this.#server.close();
		this.#server.closeAllConnections();
		await closed;
	}

	#serve(): void {
		this.#server.on("request", (request, response) => {
			request.resume();
			request.on("end", () => {
				this.#reached++;
				if (this.#conduct === "hanging") this.#held.add(response);
				else this.#answer(response);
			});
		});
	}

	#answer(response: ServerResponse): void {
		const conduct = this.#conduct;
		if (conduct === "hanging" || conduct === "gone") return;
		const { status, body } = conduct === "partial" ? (this.#partial ?? ANSWERS.sound) : ANSWERS[conduct];
		response.writeHead(status, { "content-type": "application/json" }).end(body);
	}
}

async function listening(port: number): Promise<Server> {
	const server = createServer();
	server.listen(port, "127.0.0.1");
	await once(server, "listening");
	return server;
}

function portOf(server: Server): number {
	const address: AddressInfo | string | null = server.address();
	return typeof address === "object" && address !== null ? address.port : 0;
}
