import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { CheckRequestSchema, CheckResponseSchema, Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import { MixerError } from "../../mixer/error.ts";
import { runMixer } from "../mixer/server/running-mixer.ts";

const answer = create(CheckResponseSchema, {
	revision: "ab",
	decisions: [{ status: Decision_Status.OK, value: Buffer.from("true"), validDurationMs: 5 }],
});
const question = create(CheckRequestSchema, {
	origin: { proxy: "edge-1", vm: 2, revision: "ab" },
	revision: "ab",
	entrypoints: ["a/b", "c/d"],
	input: Buffer.from('{"request":{}}'),
	dedupId: "7",
});

describe("Check over gRPC", () => {
	test("hands the request over and the answer back unchanged", async (t) => {
		const asked: unknown[] = [];
		const check = async (request: unknown) => {
			asked.push(request);
			return answer;
		};
		const { client } = await runMixer(t, { check });
		assert.deepEqual(await client.check(question), answer);
		assert.deepEqual(asked, [question]);
	});

	const faults = [
		{
			thrown: new MixerError("invalid", "entrypoints: none"),
			code: status.INVALID_ARGUMENT,
			details: "entrypoints: none",
		},
		{ thrown: new MixerError("unavailable", "worker 3 died"), code: status.UNAVAILABLE, details: "unavailable" },
		{ thrown: new MixerError("unknown_revision", "cd"), code: status.FAILED_PRECONDITION, details: "unknown revision" },
		{ thrown: new MixerError("policy", "secret rule"), code: status.INTERNAL, details: "internal error" },
		{ thrown: new TypeError("x is not a function"), code: status.INTERNAL, details: "internal error" },
	];
	for (const { thrown, code, details } of faults) {
		test(`tells the client no more than ${details} of ${thrown.name}: ${thrown.message}`, async (t) => {
			const { client } = await runMixer(t, { check: () => Promise.reject(thrown) });
			await assert.rejects(client.check(question), { code, details });
		});
	}

	test("logs what it did not tell", async (t) => {
		const thrown = new TypeError("x is not a function");
		const { client, log } = await runMixer(t, { check: () => Promise.reject(thrown) });
		await assert.rejects(client.check(question));
		assert.deepEqual(log.lines, [{ level: "error", fields: { method: "Check", err: thrown }, message: "call failed" }]);
	});

	test("refuses a request of more than 3.25 MiB without evaluating it", async (t) => {
		let asked = 0;
		const check = async () => {
			asked++;
			return answer;
		};
		const { client } = await runMixer(t, { check });
		// A field's number and its size take five bytes.
		const exact = create(CheckRequestSchema, { input: new Uint8Array(3_407_872 - 5) });
		assert.deepEqual(await client.check(exact), answer);
		const over = create(CheckRequestSchema, { input: new Uint8Array(3_407_872 - 4) });
		const details = "request: 3407873 bytes must be at most 3407872";
		await assert.rejects(client.check(over), { code: status.RESOURCE_EXHAUSTED, details });
		assert.equal(asked, 1);
	});

	test("ends a call at its deadline while the check is still under way", async (t) => {
		const pending = Promise.withResolvers<typeof answer>();
		const { client } = await runMixer(t, { check: () => pending.promise });
		await assert.rejects(client.check(question, { deadline: Date.now() + 50 }), { code: status.DEADLINE_EXCEEDED });
		pending.resolve(answer);
	});
});

test("a method that does not exist is UNIMPLEMENTED", async (t) => {
	const { client } = await runMixer(t, {});
	const call = new Promise((resolve, reject) => {
		const identity = (bytes: Buffer) => bytes;
		client.makeUnaryRequest("/sluice.mixer.v1.Mixer/Stream", identity, identity, Buffer.alloc(0), (error, value) => {
			if (error) reject(error);
			else resolve(value);
		});
	});
	await assert.rejects(call, { code: status.UNIMPLEMENTED });
});
