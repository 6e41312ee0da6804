import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Mirror } from "../support/mirror.ts";

const ADMIN = { status: 403, body: "the admin path\n" };

let mirror: Mirror;

before(async () => {
	mirror = await Mirror.start();
});

after(() => mirror.stop());

beforeEach(() => mirror.clear());

describe("the path that the policy sees is the one that the upstream gets", () => {
	const paths = [
		{ row: 1, asked: "/a/../books", path: "/books", segments: ["books"] },
		{ row: 1, asked: "/a/%2e%2e/books", path: "/books", segments: ["books"] },
		{ row: 2, asked: "//books", path: "/books", segments: ["books"] },
		{ row: 2, asked: "/books///1", path: "/books/1", segments: ["books", "1"] },
		{ row: 4, asked: "/a%252Fb", path: "/a%252Fb", segments: ["a%2Fb"] },
		{ row: 5, asked: "/a\\b", path: "/a/b", segments: ["a", "b"] },
		{ row: 6, asked: "/a;x=1/b", path: "/a;x=1/b", segments: ["a", "b"] },
		{ row: 9, asked: "/books?x=/../admin", path: "/books?x=/../admin", segments: ["books"] },
		{ row: 9, asked: "/books?/admin", path: "/books?/admin", segments: ["books"] },
		{ row: 21, asked: "/a%ffb", path: "/a%ffb", segments: ["a\ufffdb"] },
	];
	for (const { row, asked, path, segments } of paths) {
		test(`row ${row}: ${asked} is ${path}`, async () => {
			const { answer, seen, arrival } = await mirror.ask(`GET ${asked} HTTP/1.1\r\nhost: shop\r\n`);
			assert.equal(answer.status, 200);
			assert.equal(arrival.path, path);
			assert.equal(seen.path, path);
			assert.deepEqual(seen.segments, segments);
		});
	}

	test("row 9: the query is an attribute of its own", async () => {
		const { seen } = await mirror.ask("GET /books?x=1&y=/admin HTTP/1.1\r\nhost: shop\r\n");
		assert.equal(seen.query, "x=1&y=/admin");
	});
});

describe("a policy for /admin", () => {
	for (const [row, asked] of [
		[1, "/a/../admin"],
		[1, "/a/%2e%2e/admin"],
		[1, "/%61dmin"],
		[2, "//admin"],
		[5, "/a\\..\\admin"],
		[6, "/a/..;/admin"],
		[6, "/admin;x=1/b"],
		[6, "/;a=1/admin"],
		[9, "/admin?x=/books"],
	] as const) {
		test(`row ${row}: denies ${asked}`, async () => {
			assert.deepEqual(await mirror.refusal(`GET ${asked} HTTP/1.1\r\nhost: shop\r\n`), ADMIN);
		});
	}

	for (const asked of ["/administrator", "/books?/admin", "/books;/admin"]) {
		test(`says nothing of ${asked}`, async () => {
			const { answer } = await mirror.ask(`GET ${asked} HTTP/1.1\r\nhost: shop\r\n`);
			assert.equal(answer.status, 200);
		});
	}
});
