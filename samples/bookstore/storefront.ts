import { createServer, type Server, type ServerResponse } from "node:http";
import { argument, pathOf, runService, sendJson } from "./service.ts";

/** Longest wait for the catalogue, in milliseconds: a reader should see an error page before Envoy's own limit of 15 s. */
const CATALOGUE_TIMEOUT_MS = 2000;

/**
 * The storefront: what stands behind the mesh. It trusts that whoever reaches it was let through, and asks no questions
 * about roles: that is the policy's work (policies/bookstore).
 */
export function createStorefront(options: { catalogue: string }): Server {
	return createServer(async (request, response) => {
		const pathname = pathOf(request);
		if (pathname === "/healthz") return sendJson(response, 200, { status: "ok" });
		if (pathname === "/admin") return sendJson(response, 200, { page: "admin" });
		if (pathname === "/internal") return sendJson(response, 200, { page: "internal" });
		if (pathname === "/books" || pathname.startsWith("/books/")) {
			return forward(new URL(pathname, options.catalogue), response);
		}
		return sendJson(response, 404, { error: "no such page" });
	});
}

async function forward(url: URL, response: ServerResponse): Promise<void> {
	try {
		const answer = await fetch(url, { signal: AbortSignal.timeout(CATALOGUE_TIMEOUT_MS) });
		response.writeHead(answer.status, { "content-type": "application/json" });
		response.end(await answer.text());
	} catch {
		sendJson(response, 502, { error: "the catalogue does not answer" });
	}
}

if (import.meta.main) {
	runService("storefront", createStorefront({ catalogue: argument("catalogue", "http://127.0.0.1:8082") }));
}
