import { createServer, type Server } from "node:http";
import type { KeyPair } from "./tokens.ts";

/** What an issuer of tokens publishes: its keys as a JWKS, by their ids. */
export class KeyServer {
	readonly port: number;
	/** How often it has been asked. */
	asked = 0;
	keys: Readonly<Record<string, KeyPair>>;
	readonly #server: Server;

	private constructor(server: Server, keys: Readonly<Record<string, KeyPair>>) {
		this.#server = server;
		this.keys = keys;
		const address = server.address();
		if (address === null || typeof address === "string") throw new Error("no port");
		this.port = address.port;
	}

	static async start(keys: Readonly<Record<string, KeyPair>>): Promise<KeyServer> {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const made = new KeyServer(server, keys);
		server.on("request", (_, response) => {
			made.asked++;
			response.setHeader("content-type", "application/json");
			response.end(made.#document());
		});
		return made;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#document(): string {
		const keys = Object.entries(this.keys).map(([kid, { publicKey }]) => {
			return { ...publicKey.export({ format: "jwk" }), kid, use: "sig" };
		});
		return JSON.stringify({ keys });
	}
}
