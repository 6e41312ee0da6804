import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { adminBody, startBodyMesh } from "../support/body-mesh.ts";
import { load, send } from "../support/http-client.ts";
import type { Mesh } from "../support/mesh.ts";
import { forgetPeak, processMemory } from "../support/process-memory.ts";
import { scaled } from "../support/scale.ts";
import { UnfinishedRequest } from "../support/unfinished-request.ts";

const MB = 1_000_000;
const CONCURRENT = scaled({ quick: 8, full: 32 });
const HELD = scaled({ quick: 40, full: 200 });

/** What Envoy keeps of one upload that streams, both ways and with what its allocator adds. */
const STREAM_BYTES = 4 * MB;
/** What the same requests take without any body. */
const BASE_BYTES = 16 * MB;

/** A mesh of its own, so that nothing of another test's is measured. */
async function freshMesh(context: TestContext, limits: string): Promise<Mesh> {
	const mesh = await startBodyMesh(limits);
	context.after(() => mesh.stop());
	return mesh;
}

/** What Envoy's memory grows by at most while something runs; a first small request of it is not measured. */
async function growth(mesh: Mesh, path: string, work: () => Promise<void>): Promise<number> {
	await upload(mesh, path, 1000);
	await forgetPeak(mesh.envoy.pid);
	const { nowBytes } = await processMemory(mesh.envoy.pid);
	await work();
	return (await processMemory(mesh.envoy.pid)).peakBytes - nowBytes;
}

async function upload(mesh: Mesh, path: string, size: number): Promise<number> {
	const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
	const { status } = await send({ port: mesh.envoy.port, method: "POST", path, headers, body: adminBody(size) });
	mesh.upstream.arrivals.length = 0;
	return status;
}

const LARGE = "bodyBytes: 1048576, bodyTimeout: 1m, fuel: 10000000";

describe(`${CONCURRENT} uploads of 10 MB at once do not make Envoy hold them`, () => {
	const settings = [
		["no Policy reads", "/open", 200],
		["a Policy in the proxy reads whole", "/whole", 413],
		["a Policy in the proxy takes truncated", "/cut", 200],
		["a Policy in the Mixer reads whole", "/mixer-whole", 413],
		["a Policy in the Mixer takes truncated", "/mixer-cut", 200],
		["a shadow reads", "/shadowed", 200],
	] as const;
	for (const [what, path, status] of settings.slice(0, scaled({ quick: 3, full: settings.length }))) {
		test(`that ${what}`, async (context) => {
			const mesh = await freshMesh(context, LARGE);
			const grown = await growth(mesh, path, async () => {
				const request = () => upload(mesh, path, 10 * MB);
				const statuses = await load({ count: 2 * CONCURRENT, concurrency: CONCURRENT, request });
				assert.deepEqual([...new Set(statuses)], [status]);
			});
			context.diagnostic(`${path}: ${(grown / MB).toFixed(1)} MB more in Envoy`);
			assert.ok(grown < CONCURRENT * STREAM_BYTES + BASE_BYTES, `${grown} bytes more`);
		});
	}
});

test(`${HELD} bodies of 1 MB that are awaited are held once`, async (context) => {
	const mesh = await freshMesh(context, LARGE);
	const grown = await growth(mesh, "/whole", async () => {
		// All but the last byte.
		const head = `POST /whole HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: ${MB + 1}\r\n\r\n`;
		const before = await received(mesh);
		const open = () => UnfinishedRequest.open(mesh.envoy.port, head + adminBody(MB));
		const held = await Promise.all(Array.from({ length: HELD }, open));
		const probe = async () => (await received(mesh)) - before >= HELD * (head.length + MB);
		await waitUntil({ what: "all that was sent", timeoutMs: 20_000, probe });
		for (const request of held) request.write(" ");
		for (const request of held) await request.answered(/^HTTP\/1\.1 200 OK\r\n/);
		for (const request of held) request.close();
	});
	context.diagnostic(`${(grown / HELD / MB).toFixed(2)} MB each`);
	assert.ok(grown < 1.6 * HELD * MB + BASE_BYTES, `${grown} bytes more`);
});

/** Bytes that Envoy has read from its clients. */
function received(mesh: Mesh): Promise<number> {
	return mesh.envoy.total("^http\\.http\\.downstream_cx_rx_bytes_total$");
}
