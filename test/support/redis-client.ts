import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

export interface RedisClientOptions {
	readonly port: number;
	/** The address it connects from. */
	readonly from?: string;
	/** With TLS. */
	readonly tls?: Pick<ConnectionOptions, "ca" | "cert" | "key" | "servername">;
}

/** A connection that speaks Redis' inline commands, byte by byte as a test says. */
export class RedisClient {
	/** Its own port. */
	readonly port: number;
	readonly #socket: Socket;
	#answer = "";
	#ended = false;
	#wake: () => void = () => {};

	private constructor(socket: Socket) {
		this.#socket = socket;
		this.port = socket.localPort ?? 0;
		const end = () => {
			this.#ended = true;
			this.#wake();
		};
		socket.setEncoding("utf8");
		socket.on("data", (text: string) => {
			this.#answer += text;
			this.#wake();
		});
		socket.on("error", end);
		socket.on("close", end);
	}

	/** Connects, with TLS up to the end of its handshake. */
	static async connect({ port, from, tls }: RedisClientOptions): Promise<RedisClient> {
		const to = { host: "127.0.0.1", port, ...(from !== undefined && { localAddress: from }) };
		const socket =
			tls === undefined ? connectTcp(to) : connectTls({ ...to, ...tls, checkServerIdentity: () => undefined });
		await new Promise<void>((resolve, reject) => {
			socket.once(tls === undefined ? "connect" : "secureConnect", resolve);
			socket.once("error", reject);
			socket.once("close", resolve);
		});
		return new RedisClient(socket);
	}

	/** Sends a command and returns once so much text has come back, or the other side has closed. */
	async ask(command: string, answerSize: number): Promise<string> {
		const from = this.#answer.length;
		this.#socket.write(`${command}\r\n`);
		while (this.#answer.length < from + answerSize && !this.#ended) await this.#change();
		return this.#answer.slice(from);
	}

	/** Returns once so much text has come in all, or the other side has closed. */
	async heard(size: number): Promise<string> {
		while (this.#answer.length < size && !this.#ended) await this.#change();
		return this.#answer;
	}

	/** Sends without waiting. */
	write(text: string): void {
		this.#socket.write(text);
	}

	/** Returns once the other side has closed, with all that it sent. */
	async closed(): Promise<string> {
		while (!this.#ended) await this.#change();
		return this.#answer;
	}

	/** Ends it in order. */
	async end(): Promise<void> {
		this.#socket.end();
		await this.closed();
	}

	#change(): Promise<void> {
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}
}
