import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to a port on which, from some moment on, nothing arrives any more, as when a cable is pulled. */
export class SilentLine {
	readonly #server: Server;
	readonly #sockets: Socket[] = [];

	private constructor(server: Server) {
		this.#server = server;
	}

	static async open(port: number): Promise<SilentLine> {
		const server = createServer();
		const line = new SilentLine(server);
		server.on("connection", (near) => {
			const far = connect(port, "127.0.0.1");
			near.pipe(far);
			far.pipe(near);
			for (const socket of [near, far]) {
				socket.on("error", () => undefined);
				line.#sockets.push(socket);
			}
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return line;
	}

	get port(): number {
		const address: AddressInfo | string | null = this.#server.address();
		if (address === null || typeof address === "string") throw new Error("the line has no port");
		return address.port;
	}

	fallSilent(): void {
		for (const socket of this.#sockets) socket.unpipe().pause();
	}

	close(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}
