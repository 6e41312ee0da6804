import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { waitUntil } from "../../cli/up/wait-until.ts";

/** Longest wait for anything, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** A gRPC call as bytes: what is sent is up to the test. */
export class GrpcCall {
	readonly #session: ClientHttp2Session;
	readonly #stream: ClientHttp2Stream;
	readonly #received: Buffer[] = [];
	#status: string | undefined;

	constructor(port: number, path: string) {
		this.#session = connect(`http://127.0.0.1:${port}`);
		this.#session.on("error", () => undefined);
		const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
		this.#stream = this.#session.request(headers);
		const take = (fields: object) => {
			const status: unknown = Reflect.get(fields, "grpc-status");
			if (typeof status === "string") this.#status = status;
		};
		this.#stream.on("response", take);
		this.#stream.on("trailers", take);
		this.#stream.on("data", (chunk: Buffer) => this.#received.push(chunk));
		this.#stream.on("error", () => undefined);
	}

	/** What has come back. */
	get received(): Uint8Array {
		return Buffer.concat(this.#received);
	}

	send(bytes: Uint8Array): void {
		this.#stream.write(bytes);
	}

	/** Nothing more is sent. */
	end(): void {
		this.#stream.end();
	}

	/** Returns once so many bytes have come back. */
	receives(bytes: number): Promise<void> {
		const probe = async () => this.received.length >= bytes;
		return waitUntil({ what: `${bytes} bytes from the upstream`, timeoutMs: TIMEOUT_MS, probe });
	}

	/** The call's status, once it has one. */
	async status(): Promise<string> {
		const probe = async () => this.#status !== undefined;
		await waitUntil({ what: "the call's status", timeoutMs: TIMEOUT_MS, probe });
		return this.#status ?? "";
	}

	close(): void {
		this.#session.destroy();
	}
}
