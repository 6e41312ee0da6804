import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { sendHttp2, sendRaw } from "../support/http-client.ts";
import { Mirror } from "../support/mirror.ts";

const ADMIN_HOST = { status: 403, body: "the admin host\n" };

let mirror: Mirror;

before(async () => {
	mirror = await Mirror.start();
});

after(() => mirror.stop());

beforeEach(() => mirror.clear());

describe("the host", () => {
	for (const [row, what, head, host] of [
		[
			14,
			"in capitals, with a trailing dot and a port",
			"GET /a HTTP/1.1\r\nhost: BOOKS.Example.:8443\r\n",
			"books.example",
		],
		[16, "of an absolute URI", "GET http://books.example/a HTTP/1.1\r\nhost: other.example\r\n", "books.example"],
	] as const) {
		test(`row ${row}: ${what} is ${host}`, async () => {
			const { seen, arrival } = await mirror.ask(head);
			assert.equal(seen.host, host);
			assert.equal(arrival.headers.get("host")?.join().toLowerCase(), host);
		});
	}

	for (const [row, what, head] of [
		[14, "in capitals, with a trailing dot and a port", "GET /a HTTP/1.1\r\nhost: ADMIN.Example.:8443\r\n"],
		[14, "with a trailing dot", "GET /a HTTP/1.1\r\nhost: admin.example.\r\n"],
		[16, "of an absolute URI", "GET http://admin.example/a HTTP/1.1\r\nhost: shop\r\n"],
		[17, "of CONNECT", "CONNECT admin.example:443 HTTP/1.1\r\nhost: shop\r\n"],
	] as const) {
		test(`row ${row}: ${what} is the one that a policy targets`, async () => {
			assert.deepEqual(await mirror.refusal(head), ADMIN_HOST);
		});
	}

	test("row 16: an HTTP/2 :authority wins over a host header, for policy and upstream", async () => {
		const headers = { ":path": "/a", ":authority": "books.example", host: "admin.example" };
		const answer = await sendHttp2(mirror.mesh.envoy.port, headers);
		assert.equal(answer.status, 200);
		const { seen, arrival } = mirror.arrived();
		assert.equal(seen.host, "books.example");
		assert.deepEqual(arrival.headers.get("host"), ["books.example"]);
	});

	test("row 16: an HTTP/2 :authority is the one that a policy targets", async () => {
		const headers = { ":path": "/a", ":authority": "admin.example", host: "books.example" };
		const answer = await sendHttp2(mirror.mesh.envoy.port, headers);
		assert.deepEqual({ status: answer.status, body: answer.body }, ADMIN_HOST);
		assert.deepEqual(mirror.mesh.upstream.arrivals, []);
	});
});

test("row 17: CONNECT has no path and is decided without a trap", async () => {
	await mirror.mesh.forget();
	const answer = await sendRaw(mirror.mesh.envoy.port, "CONNECT books.example:443 HTTP/1.1\r\nhost: shop\r\n\r\n");
	assert.equal(answer.status, 405);
	const [record] = await mirror.mesh.recordsOf(1);
	assert.equal(record?.["check.outcome"], "allowed");
	assert.equal(record?.["request.path"], undefined);
	assert.equal(await mirror.mesh.envoy.total("vm_reload"), 0);
});

test("row 34: nothing in a request chooses the entrypoint", async () => {
	const names = ["x-opa-decision-path", "x-entrypoint", "x-sluice-entrypoint", "sluice-entrypoint"];
	const lines = names.map((name) => `${name}: mirror/unasked\r\n`).join("");
	await mirror.mesh.forget();
	for (const path of ["/mirror/unasked", "/v1/data/mirror/unasked", "/admin?entrypoint=mirror/unasked"]) {
		await sendRaw(mirror.mesh.envoy.port, `GET ${path} HTTP/1.1\r\nhost: shop\r\n${lines}connection: close\r\n\r\n`);
	}
	const records = await mirror.mesh.recordsOf(3);
	assert.deepEqual(records.map((record) => record["check.policy"]).sort(), ["admin-path", "mirror", "mirror"]);
});
