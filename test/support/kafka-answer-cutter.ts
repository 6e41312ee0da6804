import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Of Kafka's protocol: a message's length before it, and a request's key for Produce. */
const LENGTH_BYTES = 4;
const PRODUCE = 0;

/** Stands before a broker and can lose its answers to Produce: messages are written, and nobody hears of it. */
export class KafkaAnswerCutter {
	/** Answers that were lost. */
	cuts = 0;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#toCut = 0;

	private constructor(server: Server) {
		this.#server = server;
	}

	/** @param ports - where it listens and where the broker does, both on 127.0.0.1. */
	static async start(ports: { at: number; to: number }): Promise<KafkaAnswerCutter> {
		let cutter: KafkaAnswerCutter | undefined;
		const server = createServer((client) => cutter?.relay(client, ports.to));
		server.listen(ports.at, "127.0.0.1");
		await once(server, "listening");
		cutter = new KafkaAnswerCutter(server);
		return cutter;
	}

	/** Ends the connection instead of the next answers to Produce, so many of them. */
	cut(answers = 1): void {
		this.#toCut += answers;
	}

	relay(client: Socket, to: number): void {
		const upstream = connect(to, "127.0.0.1");
		const end = () => {
			client.destroy();
			upstream.destroy();
		};
		for (const socket of [client, upstream]) {
			this.#sockets.add(socket);
			socket.on("error", end).on("close", end);
		}
		const produced = new Set<number>();
		eachMessage(client, (message) => {
			if (message.readInt16BE(LENGTH_BYTES) === PRODUCE) produced.add(message.readInt32BE(LENGTH_BYTES + 4));
			upstream.write(message);
		});
		eachMessage(upstream, (message) => {
			if (this.#toCut > 0 && produced.has(message.readInt32BE(LENGTH_BYTES))) {
				this.#toCut--;
				this.cuts++;
				end();
			} else client.write(message);
		});
	}

	stop(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}

/** Hands on whole messages, each with its length. */
function eachMessage(socket: Socket, take: (message: Buffer) => void): void {
	let bytes = Buffer.alloc(0);
	socket.on("data", (chunk: Buffer) => {
		bytes = Buffer.concat([bytes, chunk]);
		while (bytes.length >= LENGTH_BYTES && !socket.destroyed) {
			const end = LENGTH_BYTES + bytes.readInt32BE(0);
			if (bytes.length < end) return;
			take(bytes.subarray(0, end));
			bytes = bytes.subarray(end);
		}
	});
}
