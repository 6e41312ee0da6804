import assert from "node:assert/strict";
import type { Server } from "node:http";
import { after, before, test } from "node:test";
import { createCatalogue } from "../../../samples/bookstore/catalogue.ts";
import { createStorefront } from "../../../samples/bookstore/storefront.ts";

const catalogue = createCatalogue();
let storefront: Server;
let url = "";

before(async () => {
	storefront = createStorefront({ catalogue: await listen(catalogue) });
	url = await listen(storefront);
});

after(() => {
	for (const server of [catalogue, storefront]) {
		server.close();
		server.closeAllConnections();
	}
});

const pages = [
	{ path: "/books/2", status: 200, body: { id: 2, title: "Invisible Cities", author: "Italo Calvino", stock: 0 } },
	{ path: "/books/99", status: 404, body: { error: "no such book" } },
	{ path: "/books/1x", status: 404, body: { error: "no such book" } },
	{ path: "/admin", status: 200, body: { page: "admin" } },
	{ path: "/internal", status: 200, body: { page: "internal" } },
	{ path: "/healthz", status: 200, body: { status: "ok" } },
	{ path: "/nothing", status: 404, body: { error: "no such page" } },
];

for (const { path, status, body } of pages) {
	test(`the storefront answers ${path} with ${status}`, async () => {
		const response = await fetch(url + path);
		assert.equal(response.status, status);
		assert.deepEqual(await response.json(), body);
	});
}

test("the storefront lists the catalogue's books", async () => {
	const response = await fetch(`${url}/books`);
	const body = await response.text();
	assert.equal(response.status, 200);
	assert.deepEqual(
		[...body.matchAll(/"title":"([^"]+)"/g)].map((match) => match[1]),
		["The Left Hand of Darkness", "Invisible Cities", "The Summer Book"],
	);
});

test("the storefront says so when the catalogue does not answer", async () => {
	const lonely = createStorefront({ catalogue: "http://127.0.0.1:1" });
	try {
		const response = await fetch(`${await listen(lonely)}/books`);
		assert.equal(response.status, 502);
		assert.deepEqual(await response.json(), { error: "the catalogue does not answer" });
	} finally {
		lonely.close();
		lonely.closeAllConnections();
	}
});

test("the catalogue refuses what is not a GET", async () => {
	const response = await fetch(`${addressOf(catalogue)}/books`, { method: "POST" });
	assert.equal(response.status, 405);
});

async function listen(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return addressOf(server);
}

function addressOf(server: Server): string {
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return `http://127.0.0.1:${address.port}`;
}
