import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { ScriptedMesh } from "../support/scripted-mesh.ts";
import { decide } from "../support/scripted-mixer.ts";

/** How long anything here may take, in milliseconds. */
const SOON_MS = 20_000;

const UPGRADE = "GET /shop/open HTTP/1.1\r\nhost: shop\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";

let mesh: ScriptedMesh;

before(async () => {
	mesh = await ScriptedMesh.start("shop");
});

after(() => mesh.stop());

beforeEach(async () => {
	await until("every record", () => mesh.envoy.settled());
	mesh.forget();
});

test("a WebSocket upgrade passes, is decided once and recorded once", async () => {
	const socket = connect(mesh.envoy.port, "127.0.0.1");
	const received: Buffer[] = [];
	socket.on("data", (chunk) => received.push(chunk));
	const text = () => Buffer.concat(received).toString();
	socket.write(UPGRADE);
	await until("the upgrade", () => text().includes("\r\n\r\n"));
	assert.match(text(), /^HTTP\/1\.1 101 /);
	for (const message of ["one", "two", "three"]) {
		socket.write(message);
		await until(message, () => text().endsWith(message));
	}
	socket.end();
	await until("the record", () => mesh.mixer.records === 1);
	assert.equal(mesh.mixer.checks.length, 1);
	assert.deepEqual(mesh.upstream.only().headers.get("upgrade"), ["websocket"]);
});

test("a WebSocket over HTTP/2 passes, is decided once and recorded once", async () => {
	const session = connectHttp2(`http://127.0.0.1:${mesh.envoy.port}`);
	await new Promise((resolve) => session.once("remoteSettings", resolve));
	const stream = session.request({
		":method": "CONNECT",
		":protocol": "websocket",
		":scheme": "http",
		":path": "/shop/open",
		":authority": "shop",
	});
	let received = "";
	stream.setEncoding("utf8");
	stream.on("data", (chunk) => {
		received += chunk;
	});
	const status = await new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
	assert.equal(status, 200);
	for (const message of ["one", "two"]) {
		stream.write(message);
		await until(message, () => received.endsWith(message));
	}
	stream.close();
	session.close();
	await until("the record", () => mesh.mixer.records === 1);
	assert.equal(mesh.mixer.checks.length, 1);
	assert.equal(mesh.upstream.only().path, "/shop/open");
});

test("a WebSocket upgrade that is denied never reaches the upstream", async () => {
	mesh.mixer.onCheck = (request) => decide(request, { allowed: false });
	const socket = connect(mesh.envoy.port, "127.0.0.1");
	const received: Buffer[] = [];
	socket.on("data", (chunk) => received.push(chunk));
	socket.write(UPGRADE);
	await until("the denial", () => Buffer.concat(received).toString().includes("\r\n\r\n"));
	socket.destroy();
	assert.match(Buffer.concat(received).toString(), /^HTTP\/1\.1 403 /);
	assert.deepEqual(mesh.upstream.arrivals, []);
});

test("a gRPC stream passes in both directions, is decided once and recorded once", async () => {
	mesh.mixer.onCheck = (request) => decide(request, true);
	const session = connectHttp2(`http://127.0.0.1:${mesh.envoy.port}`);
	const stream = session.request({ ":method": "POST", ":path": "/shop/open", "content-type": "application/grpc" });
	let received = "";
	let status: unknown;
	let grpcStatus: unknown;
	stream.setEncoding("utf8");
	stream.on("response", (headers) => {
		status = headers[":status"];
	});
	stream.on("trailers", (trailers) => {
		grpcStatus = trailers["grpc-status"];
	});
	stream.on("data", (chunk) => {
		received += chunk;
	});
	for (const message of ["first", "second", "third"]) {
		stream.write(message);
		await until(message, () => received.endsWith(message));
	}
	stream.end();
	await until("the end", () => grpcStatus !== undefined);
	session.close();
	assert.deepEqual([status, grpcStatus], [200, "0"]);
	await until("the record", () => mesh.mixer.records === 1);
	assert.equal(mesh.mixer.checks.length, 1);
	assert.equal(mesh.upstream.only().path, "/shop/open");
});

for (const [what, decision, grpcStatus] of [
	["permission denied", { allowed: false, reason: "no" }, "7"],
	["unauthenticated", { allowed: false, http_status: 401 }, "16"],
] as const) {
	test(`a gRPC call that is denied gets its own status: ${what}`, async () => {
		mesh.mixer.onCheck = (request) => decide(request, decision);
		const session = connectHttp2(`http://127.0.0.1:${mesh.envoy.port}`);
		const stream = session.request({ ":method": "POST", ":path": "/shop/open", "content-type": "application/grpc" });
		const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
			stream.once("response", resolve);
			stream.once("error", reject);
		});
		stream.close();
		session.close();
		assert.equal(headers[":status"], 200);
		assert.equal(headers["grpc-status"], grpcStatus);
		assert.deepEqual(mesh.upstream.arrivals, []);
	});
}

function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: SOON_MS, probe: async () => probe() });
}
