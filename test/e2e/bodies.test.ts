import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { adminBody, BODY_BYTES, startBodyMesh, textOf } from "../support/body-mesh.ts";
import { type Answer, send, sendHttp2, sendRaw } from "../support/http-client.ts";
import type { Mesh } from "../support/mesh.ts";
import { UnfinishedRequest } from "../support/unfinished-request.ts";

const TOO_LARGE = "the request cannot be decided on: its body is too large\n";
const JSON_TYPE = { "content-type": "application/json" };

let mesh: Mesh;

before(async () => {
	mesh = await startBodyMesh();
});

after(() => mesh.stop());

beforeEach(() => {
	mesh.upstream.arrivals.length = 0;
});

type Upload = (path: string, body: string) => Promise<Answer>;

const uploads: Readonly<Record<string, Upload>> = {
	"with its length": (path, body) => {
		const headers = { ...JSON_TYPE, "content-length": String(body.length) };
		return send({ port: mesh.envoy.port, method: "POST", path, headers, body });
	},
	chunked: (path, body) => {
		const headers = { ...JSON_TYPE, "transfer-encoding": "chunked" };
		return send({ port: mesh.envoy.port, method: "POST", path, headers, body });
	},
	"over HTTP/2": (path, body) => sendHttp2(mesh.envoy.port, { ":method": "POST", ":path": path, ...JSON_TYPE }, body),
};

/** What the upstream got of one request. */
function arrived() {
	const { body, headers } = mesh.upstream.only();
	return { body, saw: headers.get("x-saw")?.[0] };
}

for (const [how, upload] of Object.entries(uploads)) {
	describe(`a body that comes ${how}`, () => {
		for (const path of ["/open", "/shadowed"]) {
			for (const size of [1, 26, BODY_BYTES + 1, 10_000_000]) {
				test(`of ${size} bytes streams through ${path}, where nothing that decides reads it`, async () => {
					assert.equal((await upload(path, adminBody(size))).status, 200);
					assert.deepEqual(arrived(), { body: adminBody(size), saw: undefined });
				});
			}
		}

		for (const path of ["/whole", "/mixer-whole", "/both"]) {
			for (const size of [1, 26, 5000, BODY_BYTES]) {
				test(`of ${size} bytes is decided on at ${path}, and passes unchanged`, async () => {
					assert.equal((await upload(path, adminBody(size))).status, 200);
					assert.deepEqual(arrived(), { body: adminBody(size), saw: textOf(size) });
				});
			}

			for (const size of [BODY_BYTES + 1, 300_000]) {
				test(`row 31: of ${size} bytes is refused at ${path}, and no policy is asked`, async () => {
					const { status, body } = await upload(path, adminBody(size));
					assert.deepEqual([status, body], [413, TOO_LARGE]);
					assert.deepEqual(mesh.upstream.arrivals, []);
				});
			}

			test(`is denied at ${path} by what it says`, async () => {
				assert.equal((await upload(path, '{"role":"guest","text":""}')).status, 403);
				assert.deepEqual(mesh.upstream.arrivals, []);
			});

			test(`is refused at ${path} where it is not what its type says`, async () => {
				assert.equal((await upload(path, '{"role":"admin",')).status, 400);
				assert.deepEqual(mesh.upstream.arrivals, []);
			});
		}

		for (const path of ["/cut", "/mixer-cut"]) {
			for (const size of [1, 26, BODY_BYTES]) {
				test(`of ${size} bytes is decided on at ${path}, which takes larger ones as well`, async () => {
					assert.equal((await upload(path, adminBody(size))).status, 200);
					assert.deepEqual(arrived(), { body: adminBody(size), saw: textOf(size) });
				});
			}

			for (const size of [BODY_BYTES + 1, 10_000_000]) {
				test(`row 31: of ${size} bytes is decided on at ${path} as truncated, and passes whole`, async () => {
					assert.equal((await upload(path, adminBody(size))).status, 200);
					assert.deepEqual(arrived(), { body: adminBody(size), saw: "truncated" });
				});
			}
		}
	});
}

/** Sends a part of a body, and the rest once the request is at the upstream. */
async function goesOnWithoutItsBody(path: string): Promise<void> {
	const head = `POST ${path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n`;
	const request = await UnfinishedRequest.open(mesh.envoy.port, head + adminBody(26).slice(0, 10));
	const probe = async () => (await mesh.envoy.total("^cluster\\.upstream\\.upstream_rq_active$")) === 1;
	await waitUntil({ what: "the request at the upstream", timeoutMs: 5000, probe });
	request.write(adminBody(26).slice(10));
	await request.answered(/^HTTP\/1\.1 200 OK\r\n/);
	request.close();
	assert.equal(arrived().body, adminBody(26));
}

test("a body that no policy reads is not waited for", () => goesOnWithoutItsBody("/open"));

describe("a request to a policy that reads bodies", () => {
	test("has an empty one", async () => {
		const empty = await send({ port: mesh.envoy.port, method: "POST", path: "/whole", headers: JSON_TYPE });
		assert.equal(empty.status, 403);
		const { status } = await sendHttp2(mesh.envoy.port, { ":method": "POST", ":path": "/cut", ...JSON_TYPE }, "");
		assert.equal(status, 403);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("says expect: 100-continue, and is told to go on by Envoy before any filter", async () => {
		const head = (length: number) =>
			`POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
		const request = await UnfinishedRequest.open(mesh.envoy.port, head(26));
		await request.answered(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
		request.write(adminBody(26));
		await request.answered(/\r\nHTTP\/1\.1 200 OK\r\n/);
		request.close();
		assert.equal(arrived().body, adminBody(26));
		const large = await UnfinishedRequest.open(mesh.envoy.port, head(BODY_BYTES + 1));
		await large.answered(/\r\nHTTP\/1\.1 413 Payload Too Large\r\n/);
		large.close();
	});

	test("says a length over the limit, and is answered before a byte of it comes", async () => {
		const head = `POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: ${BODY_BYTES + 1}\r\n\r\n`;
		assert.equal((await sendRaw(mesh.envoy.port, head)).status, 413);
	});

	test("has trailers: they end the body", async () => {
		const body = adminBody(26);
		const chunked = `POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n1a\r\n${body}\r\n0\r\nx-sum: 1\r\n\r\n`;
		assert.equal((await sendRaw(mesh.envoy.port, chunked)).status, 200);
		assert.equal(arrived().body, body);
		const headers = { ":method": "POST", ":path": "/mixer-whole", ...JSON_TYPE };
		const { status } = await sendHttp2(mesh.envoy.port, headers, body, { "x-sum": "1" });
		assert.equal(status, 200);
		assert.equal(arrived().body, body);
	});

	for (const path of ["/whole", "/cut", "/mixer-whole"]) {
		test(`whose body does not come in time is answered 408: ${path}`, async () => {
			const head = `POST ${path} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n{"role"`;
			const { status, body } = await sendRaw(mesh.envoy.port, head);
			assert.deepEqual([status, body], [408, "the request cannot be decided on: its body did not come in time\n"]);
			assert.deepEqual(mesh.upstream.arrivals, []);
		});
	}

	test("whose body only a shadow waits for goes on after that time", () => goesOnWithoutItsBody("/shadowed"));

	test("row 31: is asked about no Policy where its body is refused", async () => {
		await mesh.settle();
		const refused = mesh.records.filter((record) => record["response.code"] === 413);
		assert.ok(refused.length > 0);
		const seen = new Set(refused.map((record) => `${record["check.outcome"]} ${record["check.policy"]}`));
		assert.deepEqual([...seen], ["bad_input undefined"]);
	});

	test("is reset while its body is awaited: nothing of it stays", async () => {
		const head = `POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{"role"`;
		const requests = await Promise.all(Array.from({ length: 20 }, () => UnfinishedRequest.open(mesh.envoy.port, head)));
		const active = () => mesh.envoy.total("^http\\.http\\.downstream_rq_active$");
		await waitUntil({ what: "all requests", timeoutMs: 5000, probe: async () => (await active()) >= 20 });
		for (const request of requests) request.reset();
		const undecided = () => mesh.records.filter((record) => record["check.outcome"] === "none");
		await waitUntil({ what: "their records", timeoutMs: 5000, probe: async () => undecided().length === 20 });
		assert.equal(await active(), 0);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});

	test("upgrades to a WebSocket: what comes then is no body", async () => {
		const head = `GET /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`;
		const socket = await UnfinishedRequest.open(mesh.envoy.port, head);
		await socket.answered(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n$/);
		socket.write("hello");
		await socket.answered(/hello$/);
		socket.close();
		assert.equal(mesh.upstream.only().path, "/whole");
	});

	test("says that it upgrades and that it has a body: it is refused, since services take that one way or the other", async () => {
		const head =
			"POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\nupgrade: websocket\r\nconnection: upgrade\r\ncontent-length: 26\r\n\r\n";
		assert.equal((await sendRaw(mesh.envoy.port, head + adminBody(26))).status, 400);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});
});

test("a body never enters a record", async () => {
	await mesh.forget();
	const secret = "correct horse battery staple";
	for (const path of ["/whole", "/mixer-whole", "/cut", "/shadowed"]) {
		const body = JSON.stringify({ role: "admin", text: secret });
		assert.equal((await uploads["with its length"]?.(path, body))?.status, 200);
	}
	const records = await mesh.recordsOf(4);
	assert.doesNotMatch(
		JSON.stringify(records, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
		/horse/,
	);
});
