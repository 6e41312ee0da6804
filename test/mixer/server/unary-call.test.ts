import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
	type CheckRequest,
	CheckRequestSchema,
	type CheckResponse,
	CheckResponseSchema,
} from "../../../mixer/api/generated/mixer_pb.js";
import { handleUnary, type UnaryCall } from "../../../mixer/server/unary-call.ts";

const request = Buffer.from(toBinary(CheckRequestSchema, create(CheckRequestSchema, { revision: "ab" })));

/** A method whose calls the test ends by hand, and a way to call it. */
function pendingMethod(options: { maxCalls: number; nowMs?: number }) {
	const calls: PromiseWithResolvers<CheckResponse>[] = [];
	const observed: { code: status; durationMs: number }[] = [];
	const all = { underWay: 0 };
	const method = {
		name: "Check",
		decode: (bytes: Uint8Array) => fromBinary(CheckRequestSchema, bytes),
		output: CheckResponseSchema,
		maxBytes: 1024,
		maxCalls: options.maxCalls,
		use: "check" as const,
		proxyOf: ({ origin }: CheckRequest) => origin?.proxy,
		handle: () => {
			const call = Promise.withResolvers<CheckResponse>();
			calls.push(call);
			return call.promise;
		},
	};
	const observe = ({ code, durationMs }: { code: status; durationMs: number }) => observed.push({ code, durationMs });
	const handle = handleUnary(method, { observe, now: () => options.nowMs ?? 0, all });
	const call = (unary: Partial<UnaryCall> = {}) =>
		new Promise<status>((resolve) => {
			handle(
				{ request, getDeadline: () => Number.POSITIVE_INFINITY, getAuthContext: () => ({}), ...unary },
				(error) => {
					resolve(error?.code ?? status.OK);
				},
			);
		});
	return { calls, observed, all, call };
}

test("refuses a call beyond the bound at once, and takes one again when another has ended", async () => {
	const { calls, call, all } = pendingMethod({ maxCalls: 2 });
	const first = call();
	const second = call();
	assert.equal(await call(), status.RESOURCE_EXHAUSTED);
	assert.equal(all.underWay, 2);
	calls[0]?.resolve(create(CheckResponseSchema));
	assert.equal(await first, status.OK);
	const third = call();
	assert.equal(calls.length, 3);
	for (const { reject } of calls.slice(1)) reject(new Error("over"));
	assert.deepEqual(await Promise.all([second, third]), [status.INTERNAL, status.INTERNAL]);
	assert.equal(all.underWay, 0);
});

test("does nothing for a call whose deadline has passed", async () => {
	const { calls, call, observed } = pendingMethod({ maxCalls: 2, nowMs: 1000 });
	assert.equal(await call({ getDeadline: () => 1000 }), status.DEADLINE_EXCEEDED);
	assert.equal(await call({ getDeadline: () => new Date(999) }), status.DEADLINE_EXCEEDED);
	assert.equal(calls.length, 0);
	assert.deepEqual(
		observed.map(({ code }) => code),
		[status.DEADLINE_EXCEEDED, status.DEADLINE_EXCEEDED],
	);
});
