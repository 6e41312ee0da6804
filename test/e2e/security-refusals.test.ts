import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { BAD_INPUT, Mirror } from "../support/mirror.ts";

let mirror: Mirror;

before(async () => {
	mirror = await Mirror.start();
});

after(() => mirror.stop());

beforeEach(() => mirror.clear());

describe("what no policy can decide is refused", () => {
	const long = "x".repeat(70_000);
	for (const [row, what, status, head] of [
		[3, "an escaped slash", 400, "GET /a%2Fb HTTP/1.1\r\nhost: shop\r\n"],
		[3, "an escaped slash after dots", 400, "GET /..%2fadmin HTTP/1.1\r\nhost: shop\r\n"],
		[3, "an escaped backslash", 400, "GET /a%5Cadmin HTTP/1.1\r\nhost: shop\r\n"],
		[7, "an escaped NUL", 400, "GET /a%00 HTTP/1.1\r\nhost: shop\r\n"],
		[7, "a NUL in a header", 400, "GET /a HTTP/1.1\r\nhost: shop\r\nx-role: a\0b\r\n"],
		[7, "a NUL in the path", 400, "GET /a\0b HTTP/1.1\r\nhost: shop\r\n"],
		[8, "a fragment", 400, "GET /a#frag HTTP/1.1\r\nhost: shop\r\n"],
		[13, "a header name with an underscore", 400, "GET /a HTTP/1.1\r\nhost: shop\r\nX_Role: admin\r\n"],
		[15, "two Host headers", 400, "GET /a HTTP/1.1\r\nhost: shop\r\nhost: admin.example\r\n"],
		[15, "a host with a user", 400, "GET /a HTTP/1.1\r\nhost: a@b\r\n"],
		[5, "a path that begins with a backslash", 400, "GET \\admin HTTP/1.1\r\nhost: shop\r\n"],
		[22, "a bare line feed in a header", 400, "GET /a HTTP/1.1\r\nhost: shop\r\nx-role: a\nb\r\n"],
		[33, "a header over the limit", 431, `GET /a HTTP/1.1\r\nhost: shop\r\nx-role: ${long}\r\n`],
		[33, "cookies over the limit", 431, `GET /a HTTP/1.1\r\nhost: shop\r\ncookie: a=${long}\r\n`],
		[33, "more headers than allowed", 431, `GET /a HTTP/1.1\r\nhost: shop\r\n${"x-role: a\r\n".repeat(99)}`],
	] as const) {
		test(`row ${row}: ${what} is answered ${status}`, async () => {
			assert.equal((await mirror.refusal(head)).status, status);
		});
	}

	test("row 15: a host with a user is bad input, by the filter's own word", async () => {
		await mirror.mesh.forget();
		assert.deepEqual(await mirror.refusal("GET /a HTTP/1.1\r\nhost: a@b\r\n"), { status: 400, body: BAD_INPUT });
		const [record] = await mirror.mesh.recordsOf(1);
		assert.equal(record?.["check.outcome"], "bad_input");
		assert.equal(record?.["response.code_details"], "sluice_bad_input");
	});
});
