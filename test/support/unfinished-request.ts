import { connect, type Socket } from "node:net";
import { waitUntil } from "../../cli/up/wait-until.ts";

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** A request on a connection of its own of which the rest is still to come. */
export class UnfinishedRequest {
	readonly #socket: Socket;
	#received = "";

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setEncoding("latin1");
		socket.on("data", (chunk: string) => {
			this.#received += chunk;
		});
		// Whoever resets it, or is answered before all is written, sees an error here.
		socket.on("error", () => undefined);
	}

	/** Connects and writes what there is of it. */
	static async open(port: number, bytes: string): Promise<UnfinishedRequest> {
		const socket = connect(port, "127.0.0.1");
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		const request = new UnfinishedRequest(socket);
		request.write(bytes);
		return request;
	}

	write(bytes: string): void {
		this.#socket.write(bytes, "latin1");
	}

	/** Returns once what has come back looks like this. */
	async answered(pattern: RegExp): Promise<void> {
		const probe = async () => pattern.test(this.#received);
		await waitUntil({ what: `${pattern} from Envoy`, timeoutMs: TIMEOUT_MS, probe });
	}

	/** Ends it as a client does that goes away in an orderly way. */
	close(): void {
		this.#socket.destroy();
	}

	/** Ends it with a RST. */
	reset(): void {
		this.#socket.resetAndDestroy();
	}
}
