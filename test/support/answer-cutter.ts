import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** What an answer is in one connection of a protocol. */
export interface AnswerWire {
	/** Bytes of the message that these begin with; undefined where that is not known yet. */
	length(bytes: Buffer): number | undefined;
	/** Told of every message to the server, where those have the same form. */
	asked?(message: Buffer): void;
	/** Whether this message of the server begins an answer that counts. */
	isAnswer(message: Buffer): boolean;
}

/** HTTP/2: an answer begins with a HEADERS frame (RFC 9113, sections 4.1 and 6.2). */
export function http2Wire(): AnswerWire {
	return {
		length: (bytes) => (bytes.length < 9 ? undefined : 9 + bytes.readUIntBE(0, 3)),
		isAnswer: (frame) => frame[3] === 0x01,
	};
}

/** Kafka: answers to Produce, whose key is 0, by their correlation ids. */
export function kafkaWire(): AnswerWire {
	const produced = new Set<number>();
	return {
		length: (bytes) => (bytes.length < 4 ? undefined : 4 + bytes.readInt32BE(0)),
		asked(message) {
			if (message.readInt16BE(4) === 0) produced.add(message.readInt32BE(8));
		},
		isAnswer: (message) => produced.has(message.readInt32BE(4)),
	};
}

/** Stands before a server and can lose its answers: what was asked is done, and nobody hears of it. */
export class AnswerCutter {
	readonly port: number;
	/** Answers that were lost. */
	cuts = 0;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#toCut = 0;

	private constructor(server: Server, port: number) {
		this.#server = server;
		this.port = port;
	}

	/**
	 * Ends with the test.
	 *
	 * @param options.to - the server's port of 127.0.0.1.
	 * @param options.port - where it listens itself: a free one if left out.
	 */
	static async start(
		t: TestContext,
		{ to, port = 0, wire }: { to: number; port?: number; wire: () => AnswerWire },
	): Promise<AnswerCutter> {
		let cutter: AnswerCutter | undefined;
		const server = createServer((client) => cutter?.relay(client, connect(to, "127.0.0.1"), wire()));
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		cutter = new AnswerCutter(server, typeof address === "object" && address !== null ? address.port : 0);
		t.after(() => cutter?.stop());
		return cutter;
	}

	/** Ends the connection instead of the next answers, so many of them. */
	cut(answers = 1): void {
		this.#toCut += answers;
	}

	relay(client: Socket, upstream: Socket, wire: AnswerWire): void {
		const end = () => {
			client.destroy();
			upstream.destroy();
		};
		for (const socket of [client, upstream]) {
			this.#sockets.add(socket);
			socket.on("error", end).on("close", end);
		}
		if (wire.asked === undefined) client.pipe(upstream);
		else {
			eachMessage(client, wire, (message) => {
				wire.asked?.(message);
				upstream.write(message);
			});
		}
		eachMessage(upstream, wire, (message) => {
			if (this.#toCut === 0 || !wire.isAnswer(message)) return client.write(message);
			this.#toCut--;
			this.cuts++;
			return end();
		});
	}

	stop(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}

/** Hands on what comes, one whole message after the other. */
function eachMessage(socket: Socket, wire: AnswerWire, take: (message: Buffer) => void): void {
	let bytes = Buffer.alloc(0);
	socket.on("data", (chunk: Buffer) => {
		bytes = Buffer.concat([bytes, chunk]);
		for (let end = wire.length(bytes); end !== undefined && end <= bytes.length; end = wire.length(bytes)) {
			if (socket.destroyed) return;
			take(bytes.subarray(0, end));
			bytes = bytes.subarray(end);
		}
	});
}
