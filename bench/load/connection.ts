import { connect, type Socket } from "node:net";
import { ResponseReader } from "./response-reader.ts";

/** What a connection tells of. */
export interface ConnectionEvents {
	/** The answer to the request under way is complete. */
	readonly onAnswer: (connection: Connection, status: number) => void;
	/** Nothing more will come of this connection. */
	readonly onFault: (error: Error) => void;
}

/** One kept connection of HTTP/1.1 that carries one request at a time. As little work as can be: it runs beside Envoy. */
export class Connection {
	/** When the request under way was due, in milliseconds of performance.now(). */
	dueAtMs = 0;
	readonly #socket: Socket;
	readonly #reader = new ResponseReader();

	private constructor(socket: Socket, events: ConnectionEvents) {
		this.#socket = socket;
		socket.on("data", (chunk: Buffer) => this.#read(chunk, events));
		socket.on("error", events.onFault);
		socket.on("end", () => events.onFault(new Error("the proxy closed a connection")));
	}

	static open(port: number, events: ConnectionEvents): Promise<Connection> {
		return new Promise((resolve, reject) => {
			const socket = connect({ port, host: "127.0.0.1", noDelay: true });
			socket.once("error", reject);
			socket.once("connect", () => {
				socket.off("error", reject);
				resolve(new Connection(socket, events));
			});
		});
	}

	send(request: string): void {
		this.#socket.write(request, "latin1");
	}

	close(): void {
		this.#socket.removeAllListeners();
		this.#socket.on("error", () => undefined); // what a closed connection still says is of no interest
		this.#socket.destroy();
	}

	#read(chunk: Buffer, events: ConnectionEvents): void {
		try {
			const status = this.#reader.read(chunk);
			if (status !== undefined) events.onAnswer(this, status);
		} catch (error) {
			events.onFault(error instanceof Error ? error : new Error(String(error)));
		}
	}
}
