import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** Of an HTTP/2 frame (RFC 9113, section 4.1): its header's bytes, and the type of the one an answer begins with. */
const FRAME_HEADER_BYTES = 9;
const HEADERS = 0x01;

/** Stands before an HTTP/2 server and can lose its answers: what was asked is done, and nobody hears of it. */
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

	/** @param to - the server's port of 127.0.0.1. */
	static async start(t: TestContext, to: number): Promise<AnswerCutter> {
		let cutter: AnswerCutter | undefined;
		const server = createServer((client) => cutter?.relay(client, to));
		server.listen(0, "127.0.0.1");
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
		client.pipe(upstream);
		let bytes = Buffer.alloc(0);
		upstream.on("data", (chunk: Buffer) => {
			bytes = Buffer.concat([bytes, chunk]);
			for (let frame = firstFrame(bytes); frame !== undefined; frame = firstFrame(bytes)) {
				bytes = bytes.subarray(frame.length);
				if (frame[3] === HEADERS && this.#toCut > 0) {
					this.#toCut--;
					this.cuts++;
					return end();
				}
				client.write(frame);
			}
		});
	}

	stop(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}

/** The first frame, if it is whole. */
function firstFrame(bytes: Buffer<ArrayBuffer>): Buffer | undefined {
	if (bytes.length < FRAME_HEADER_BYTES) return undefined;
	const end = FRAME_HEADER_BYTES + bytes.readUIntBE(0, 3);
	return bytes.length < end ? undefined : bytes.subarray(0, end);
}
