import assert from "node:assert/strict";
import { type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { after, before, test } from "node:test";
import type { CheckResponse } from "../../mixer/api/generated/mixer_pb.js";
import { send } from "../support/http-client.ts";
import { ScriptedMesh } from "../support/scripted-mesh.ts";

const SHIPPED = "stream_idle_timeout: 30s";

let mesh: ScriptedMesh;

before(async () => {
	mesh = await ScriptedMesh.start("shop", (template) => {
		assert.ok(template.includes(SHIPPED));
		return template.replace(SHIPPED, "stream_idle_timeout: 1s");
	});
});

after(() => mesh.stop());

test("a request that waits in silence is ended, a stream whose route allows more is not", async (t) => {
	const session = connectHttp2(`http://127.0.0.1:${mesh.envoy.port}`);
	t.after(() => session.close());
	const stream = session.request({ ":method": "POST", ":path": "/shop/open", "content-type": "application/grpc" });
	stream.setEncoding("utf8");
	await echoes(stream, "before");
	mesh.mixer.onCheck = () => new Promise<CheckResponse>(() => {});
	const silent = await send({ port: mesh.envoy.port, path: "/shop/never" });
	assert.deepEqual([silent.status, silent.headers.get("x-details")], [504, "stream_idle_timeout"]);
	await echoes(stream, "after");
	stream.end();
	assert.equal(mesh.upstream.only().path, "/shop/open");
});

/** Sends a text and waits until it has come back. */
async function echoes(stream: ClientHttp2Stream, text: string): Promise<void> {
	const back = new Promise<string>((resolve, reject) => {
		stream.once("data", resolve);
		stream.once("close", () => reject(new Error(`the stream has ended before ${text} came back`)));
	});
	stream.write(text);
	assert.equal(await back, text);
}
