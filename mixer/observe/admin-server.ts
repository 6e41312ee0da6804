import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { listenFailure } from "../server/listen-failure.ts";
import type { AdminAnswer, AdminRoute, AdminStream } from "./admin-route.ts";
import type { About } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

/** Connections at once: scrapers and probes, not the public. */
const MAX_CONNECTIONS = 100;

/** Largest body of a request: what people ask for are names. */
const MAX_BODY_BYTES = 16 * 1024;

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
	/** What it does besides. */
	readonly adminRoutes?: readonly AdminRoute[];
}

/** The admin port: /metrics, /healthz, /readyz, /version, and what is handed to it. */
export class AdminServer {
	readonly #options: AdminServerOptions;
	readonly #routes: readonly AdminRoute[];
	readonly #server: Server;

	constructor(options: AdminServerOptions) {
		this.#options = options;
		this.#routes = [
			{ method: "GET", path: "/metrics", handle: () => this.#metrics() },
			{ method: "GET", path: "/healthz", handle: () => text(200, "ok") },
			{ method: "GET", path: "/readyz", handle: () => this.#readiness() },
			{ method: "GET", path: "/version", handle: () => this.#version() },
			...(options.adminRoutes ?? []),
		];
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
		const answer = await this.#answer(request).catch((): AdminAnswer => text(500, "internal error"));
		const headers = { "content-type": answer.type, "cache-control": "no-store", ...answer.headers };
		response.writeHead("status" in answer ? answer.status : 200, headers);
		if (request.method === "HEAD") response.end();
		else if ("body" in answer) response.end(answer.body);
		else stream(answer, response);
	}

	async #answer(request: IncomingMessage): Promise<AdminAnswer | AdminStream> {
		const [path = "", query = ""] = (request.url ?? "").split("?", 2);
		const method = request.method === "HEAD" ? "GET" : request.method;
		const route = this.#routes.find((each) => each.path === path);
		if (route === undefined) return text(404, this.#routes.map((each) => each.path).join(" "));
		if (route.method !== method) return text(405, route.method === "GET" ? "only GET and HEAD" : "only POST");
		const body = await readBody(request);
		if (body === undefined) return text(413, `a body of at most ${MAX_BODY_BYTES} bytes`);
		return route.handle({ authorization: request.headers.authorization, query: new URLSearchParams(query), body });
	}

	#readiness(): AdminAnswer {
		const reasons = this.#options.readiness.reasons();
		return reasons.length === 0 ? text(200, "ready") : text(503, reasons.join("\n"));
	}

	#version(): AdminAnswer {
		const { about, revision } = this.#options;
		const body = JSON.stringify({ ...about, revision: revision() ?? null });
		return { status: 200, type: "application/json", body };
	}

	async #metrics(): Promise<AdminAnswer> {
		const registries = this.#options.registries();
		const parts = await Promise.all(registries.map((registry) => registry.metrics()));
		const type = registries[0]?.contentType ?? "text/plain; version=0.0.4";
		return { status: 200, type, body: parts.filter((part) => part.trim() !== "").join("\n") };
	}
}

function stream({ open }: AdminStream, response: ServerResponse): void {
	response.flushHeaders();
	const close = open(response);
	// It may be gone already.
	if (response.destroyed) close();
	else response.once("close", close);
}

/** undefined: it is larger than is read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes > MAX_BODY_BYTES) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function text(status: number, body: string): AdminAnswer {
	return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}
