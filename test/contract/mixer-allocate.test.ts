import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
	AllocateRequestSchema,
	AllocateResponseSchema,
	QuotaAnswer_Status,
	QuotaItem_Kind,
} from "../../mixer/api/generated/mixer_pb.js";
import { MixerError } from "../../mixer/error.ts";
import { runMixer } from "../mixer/server/running-mixer.ts";

const answer = create(AllocateResponseSchema, {
	revision: "ab",
	answers: [{ status: QuotaAnswer_Status.OK, granted: 27n, validMs: 30_000n, limit: 1000n, remaining: 973n }],
});
const lease = { kind: QuotaItem_Kind.LEASE, quota: "reads", amount: 500n, minimum: 2n, pool: 7n, sequence: 1n };
const question = create(AllocateRequestSchema, { origin: { proxy: "edge-1" }, dedupId: "7", items: [lease] });

describe("Allocate over gRPC", () => {
	test("hands the request over and the answer back unchanged", async (t) => {
		const asked: unknown[] = [];
		const allocate = async (request: unknown) => {
			asked.push(request);
			return answer;
		};
		const { client } = await runMixer(t, { allocate });
		assert.deepEqual(await client.allocate(question), answer);
		assert.deepEqual(asked, [question]);
	});

	test("tells the client what is wrong with its request", async (t) => {
		const thrown = new MixerError("invalid", "items[0].pool: must not be 0");
		const { client } = await runMixer(t, { allocate: () => Promise.reject(thrown) });
		await assert.rejects(client.allocate(question), { code: status.INVALID_ARGUMENT, details: thrown.message });
	});

	test("refuses a request of more than 128 KiB undecoded", async (t) => {
		let asked = 0;
		const allocate = async () => {
			asked++;
			return answer;
		};
		const { client } = await runMixer(t, { allocate });
		const large = (bytes: number) => create(AllocateRequestSchema, { dedupId: "x".repeat(bytes - 4) });
		assert.deepEqual(await client.allocate(large(128 * 1024)), answer);
		const details = "request: 131073 bytes must be at most 131072";
		await assert.rejects(client.allocate(large(128 * 1024 + 1)), { code: status.RESOURCE_EXHAUSTED, details });
		assert.equal(asked, 1);
	});
});
