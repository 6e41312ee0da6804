import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { type AnnounceRequest, AnnounceRequestSchema } from "../../mixer/api/generated/mixer_pb.js";
import { runMixer } from "../mixer/server/running-mixer.ts";

const revision = "ab".repeat(32);

function announce(vm: number, more: { streams?: number } = {}): AnnounceRequest {
	const origin = { proxy: "edge-1", vm, revision };
	return create(AnnounceRequestSchema, { origin, epoch: 1_700_000_000_000_000_000n, ...more });
}

describe("Announce over gRPC", () => {
	test("makes a VM known, and answers with the newest revision", async (t) => {
		const { client, mixer, admin } = await runMixer(t, {});
		const answer = await client.announce(announce(1, { streams: 2 }));
		assert.equal(answer.revision, revision);
		await client.announce(announce(2));
		const known = () => mixer.presence.vms().map(({ vm, streams, hadStream }) => [vm, streams, hadStream]);
		assert.deepEqual(known(), [
			[1, 2, true],
			[2, 0, false],
		]);
		const { body } = await admin("/metrics");
		assert.match(body, /^sluice_proxies 1$/m);
		assert.match(body, /^sluice_proxy_vms\{condition="current"\} 2$/m);
		assert.match(body, /^sluice_proxy_vms\{condition="pinned"\} 0$/m);
	});

	for (const [what, origin, details] of [
		["without an origin", undefined, "origin is missing"],
		["of a proxy with a long name", { proxy: "x".repeat(257) }, "origin.proxy: 257 characters must be at most 256"],
		["of no revision", { revision: "x".repeat(129) }, "origin.revision: 129 characters must be at most 128"],
	] as const) {
		test(`refuses one ${what}`, async (t) => {
			const { client } = await runMixer(t, {});
			const request = create(AnnounceRequestSchema, origin === undefined ? {} : { origin });
			await assert.rejects(client.announce(request), { code: status.INVALID_ARGUMENT, details });
		});
	}

	test("refuses one that is too large to be one", async (t) => {
		const { client } = await runMixer(t, {});
		const request = create(AnnounceRequestSchema, { origin: { proxy: "x".repeat(5000) } });
		await assert.rejects(client.announce(request), { code: status.RESOURCE_EXHAUSTED });
	});
});
