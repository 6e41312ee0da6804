import { createServer, type Server } from "node:http";
import { findBook, listBooks } from "./books.ts";
import { pathOf, runService, sendJson } from "./service.ts";

/** The catalogue: GET /books and GET /books/ID as JSON. It is called by the storefront only and knows no roles. */
export function createCatalogue(): Server {
	return createServer((request, response) => {
		const pathname = pathOf(request);
		if (request.method !== "GET") return sendJson(response, 405, { error: "only GET" });
		if (pathname === "/healthz") return sendJson(response, 200, { status: "ok" });
		if (pathname === "/books") return sendJson(response, 200, { books: listBooks() });
		const id = /^\/books\/(\d{1,9})$/.exec(pathname)?.[1];
		const book = id === undefined ? undefined : findBook(Number(id));
		if (book === undefined) return sendJson(response, 404, { error: "no such book" });
		return sendJson(response, 200, book);
	});
}

if (import.meta.main) runService("catalogue", createCatalogue());
