import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { AddressInfo, Socket } from "node:net";

/** One request as the upstream got it. */
export interface Arrival {
	readonly method: string;
	readonly path: string;
	/** Lower-case names with every value, in the order of arrival; bytes as latin1. */
	readonly headers: ReadonlyMap<string, readonly string[]>;
	readonly body: string;
}

/** Answers 200 to everything, and remembers what arrived. HTTP/1 on one port, HTTP/2 on another. */
export class EchoUpstream {
	readonly port: number;
	readonly http2Port: number;
	/** What has arrived, oldest first. */
	readonly arrivals: Arrival[] = [];
	readonly #servers: readonly (Server | Http2Server)[];
	readonly #sockets: ReadonlySet<Socket>;

	private constructor(http1: Server, http2: Http2Server, sockets: ReadonlySet<Socket>) {
		this.port = portOf(http1);
		this.http2Port = portOf(http2);
		this.#servers = [http1, http2];
		this.#sockets = sockets;
	}

	static async start(): Promise<EchoUpstream> {
		const sockets = new Set<Socket>();
		const http1 = createServer({ maxHeaderSize: 1 << 20, insecureHTTPParser: true });
		// Under load, a connection that is closed for idling may be one that Envoy has just chosen.
		http1.keepAliveTimeout = 0;
		const http2 = createHttp2Server();
		for (const server of [http1, http2]) {
			server.on("connection", (socket: Socket) => {
				sockets.add(socket);
				socket.once("close", () => sockets.delete(socket));
			});
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		}
		const upstream = new EchoUpstream(http1, http2, sockets);
		upstream.#serve(http1, http2);
		return upstream;
	}

	/** The one request that has arrived since the last call. Throws where there was none or more than one. */
	only(): Arrival {
		const [arrival, ...more] = this.arrivals.splice(0);
		if (arrival === undefined || more.length > 0) throw new Error(`${arrival ? more.length + 1 : 0} requests arrived`);
		return arrival;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
	}

	#serve(http1: Server, http2: Http2Server): void {
		http1.on("request", async (request, response) => {
			const body = await text(request);
			this.arrivals.push(arrivalOf(request, body));
			response.writeHead(200, { "content-type": "text/plain", "x-upstream": "echo" });
			response.end(`echo ${request.url}`);
		});
		http1.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
			this.arrivals.push(arrivalOf(request, ""));
			socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
			if (head.length > 0) socket.write(head);
			socket.on("error", () => undefined);
			socket.pipe(socket);
		});
		http2.on("stream", (stream, headers) => {
			const values = Object.entries(headers).map(([name, value]) => [name, [value].flat().map(String)] as const);
			this.arrivals.push({
				method: String(headers[":method"]),
				path: String(headers[":path"]),
				headers: new Map(values),
				body: "",
			});
			stream.on("error", () => undefined);
			stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
			stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
			stream.pipe(stream);
		});
	}
}

function arrivalOf(request: IncomingMessage, body: string): Arrival {
	const headers = new Map<string, string[]>();
	for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
		const name = (request.rawHeaders[i] ?? "").toLowerCase();
		const values = headers.get(name) ?? [];
		values.push(request.rawHeaders[i + 1] ?? "");
		headers.set(name, values);
	}
	return { method: request.method ?? "", path: request.url ?? "", headers, body };
}

async function text(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of request) chunks.push(chunk);
	} catch {
		// reset: what has arrived is what there is
	}
	return Buffer.concat(chunks).toString();
}

function portOf(server: Server | Http2Server): number {
	const address: AddressInfo | string | null = server.address();
	if (address === null || typeof address === "string") throw new Error("the server has no port");
	return address.port;
}
