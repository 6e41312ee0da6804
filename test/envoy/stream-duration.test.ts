import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type Document, isMap, isSeq } from "yaml";
import { filterPath } from "../../cli/up/envoy-config.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";

let upstream: EchoUpstream;
let envoy: TestEnvoy;

before(async () => {
	upstream = await EchoUpstream.start();
	const ports = { upstreamPort: upstream.port, upstreamHttp2Port: upstream.http2Port, mixerPort: 1 };
	envoy = await TestEnvoy.start({ ...ports, filter: "{}", change: shorten });
});

after(async () => {
	await envoy.stop();
	await upstream.stop();
});

test("a WebSocket ends when max_stream_duration is over", async () => {
	const socket = connect(envoy.port, "127.0.0.1");
	let received = "";
	socket.on("data", (chunk) => {
		received += chunk;
	});
	const ended = new Promise((resolve) => socket.once("close", resolve));
	const headers = ["host: shop", "upgrade: websocket", "connection: upgrade"];
	socket.write(["GET /x HTTP/1.1", ...headers, "", "hello"].join("\r\n"));
	await ended;
	assert.match(received, /^HTTP\/1\.1 101 /);
});

test("a gRPC stream ends when max_stream_duration is over", async () => {
	const session = connectHttp2(`http://127.0.0.1:${envoy.port}`);
	const headers = { ":method": "POST", ":path": "/x", "content-type": "application/grpc" };
	const stream = session.request(headers);
	const responded = new Promise((resolve) => stream.once("response", (response) => resolve(response[":status"])));
	stream.on("error", () => undefined); // Envoy resets what has begun
	stream.resume();
	stream.write("hello");
	const ended = new Promise((resolve) => stream.once("close", resolve));
	assert.equal(await responded, 200);
	await ended;
	session.close();
});

/** Half a second in place of every hour, and nothing that decides. */
function shorten(config: Document): void {
	const manager = filterPath(config, "sluice.http").slice(0, -2);
	for (const name of ["sluice.http", "sluice.seal"]) config.deleteIn(filterPath(config, name));
	const routes = [...manager, "route_config", "virtual_hosts", 0, "routes"];
	const list = config.getIn(routes);
	assert.ok(isSeq(list));
	const proxied = list.items.flatMap((route, index) => (isMap(route) && route.has("route") ? [index] : []));
	assert.equal(proxied.length, 2);
	for (const index of proxied) {
		const path = [...routes, index, "route", "max_stream_duration", "max_stream_duration"];
		assert.equal(config.getIn(path), "3600s");
		config.setIn(path, "0.5s");
	}
}
