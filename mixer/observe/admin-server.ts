import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { listenFailure } from "../server/listen-failure.ts";
import type { About } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

/** Connections at once: scrapers and probes, not the public. */
const MAX_CONNECTIONS = 100;

export interface AdminServerOptions {
	readonly host: string;
	/** 0 takes a free one. */
	readonly port: number;
	readonly readiness: Readiness;
	readonly about: About;
	/** The revision that is in force; undefined before there is one. */
	readonly revision: () => string | undefined;
	/** All of them are shown at /metrics; no name stands in two of them. */
	readonly registries: () => readonly Registry[];
}

interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
}

/** The admin port: /metrics, /healthz, /readyz, /version. */
export class AdminServer {
	readonly #options: AdminServerOptions;
	readonly #server: Server;

	constructor(options: AdminServerOptions) {
		this.#options = options;
		this.#server = createServer((request, response) => this.#serve(request, response));
		this.#server.maxConnections = MAX_CONNECTIONS;
	}

	/** @returns the port it listens on. */
	listen(): Promise<number> {
		const { host, port } = this.#options;
		return new Promise((resolve, reject) => {
			this.#server.on("error", (error) => reject(listenFailure("admin", `${host}:${port}`, error)));
			this.#server.listen(port, host, () => {
				const address = this.#server.address();
				resolve(typeof address === "object" && address !== null ? address.port : port);
			});
		});
	}

	/** Ends when requests under way are answered; idle connections are closed. */
	stop(): Promise<void> {
		return new Promise((resolve) => {
			this.#server.close(() => resolve());
			this.#server.closeAllConnections();
		});
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const answer = await this.#answer(request).catch((): Answer => text(500, "internal error"));
		response.writeHead(answer.status, { "content-type": answer.type, "cache-control": "no-store" });
		response.end(request.method === "HEAD" ? undefined : answer.body);
	}

	async #answer(request: IncomingMessage): Promise<Answer> {
		if (request.method !== "GET" && request.method !== "HEAD") return text(405, "only GET and HEAD");
		const { readiness, about, revision } = this.#options;
		switch (request.url?.split("?")[0]) {
			case "/healthz":
				return text(200, "ok");
			case "/readyz": {
				const reasons = readiness.reasons();
				return reasons.length === 0 ? text(200, "ready") : text(503, reasons.join("\n"));
			}
			case "/version":
				return {
					status: 200,
					type: "application/json",
					body: JSON.stringify({ ...about, revision: revision() ?? null }),
				};
			case "/metrics":
				return this.#metrics();
			default:
				return text(404, "/metrics /healthz /readyz /version");
		}
	}

	async #metrics(): Promise<Answer> {
		const registries = this.#options.registries();
		const parts = await Promise.all(registries.map((registry) => registry.metrics()));
		const type = registries[0]?.contentType ?? "text/plain; version=0.0.4";
		return { status: 200, type, body: parts.filter((part) => part.trim() !== "").join("\n") };
	}
}

function text(status: number, body: string): Answer {
	return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}
