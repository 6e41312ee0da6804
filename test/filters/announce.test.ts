import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
	type AnnounceRequest,
	AnnounceRequestSchema,
	AnnounceResponseSchema,
} from "../../mixer/api/generated/mixer_pb.js";
import type { FakeHost } from "../support/fake-host.ts";
import type { FakeGrpcCall } from "../support/fake-host-grpc.ts";
import { acknowledge, get, REVISION, reports, startFilter } from "../support/filter-host.ts";

/** From its start to its first word, in milliseconds. */
const FIRST_MS = 5;

function calls(host: FakeHost): FakeGrpcCall[] {
	return host.grpc.calls.filter(({ method }) => method === "Announce");
}

function words(host: FakeHost): AnnounceRequest[] {
	return calls(host).map(({ request }) => fromBinary(AnnounceRequestSchema, request));
}

function hear(host: FakeHost): void {
	const call = calls(host).at(-1) ?? assert.fail("no word");
	call.answer(toBinary(AnnounceResponseSchema, create(AnnounceResponseSchema, { revision: REVISION })));
}

describe("a VM", () => {
	test("says what it runs soon after its start, and not when it is only tried", async () => {
		const host = await startFilter();
		assert.deepEqual(words(host), []);
		host.advance(FIRST_MS);
		const [word, ...others] = words(host);
		assert.deepEqual(others, []);
		assert.deepEqual(
			[word?.origin?.proxy, word?.origin?.vm, word?.origin?.revision, word?.streams, word?.hadStream],
			["envoy-1", 1, REVISION, 0, false],
		);
	});

	test("says it every three seconds, by the same number and start", async () => {
		const host = await startFilter();
		host.advance(FIRST_MS);
		hear(host);
		host.advance(2900);
		assert.equal(words(host).length, 1);
		host.advance(300);
		const [first, second, ...others] = words(host);
		assert.deepEqual(second, first);
		assert.deepEqual(others, []);
	});

	test("counts the streams that it holds, and remembers that it had one", async () => {
		const host = await startFilter();
		const streams = [get(host, "/a"), get(host, "/b")];
		host.advance(FIRST_MS);
		hear(host);
		for (const stream of streams) stream.end();
		host.advance(3200);
		assert.deepEqual(
			words(host).map(({ streams, hadStream }) => [streams, hadStream]),
			[
				[2, true],
				[0, true],
			],
		);
	});

	test("says what became of the records that it made", async () => {
		const host = await startFilter({ default: "allow", policies: [] });
		for (let i = 0; i < 105; i++) get(host, `/books/${i}`).end();
		host.advance(FIRST_MS);
		hear(host);
		for (const call of reports(host)) acknowledge(call);
		host.advance(3200);
		const counts = words(host).map(({ records }) => [records?.sent, records?.acknowledged, records?.pending]);
		assert.deepEqual(counts, [
			[105n, 0n, 105n],
			[105n, 100n, 5n],
		]);
	});

	test("says it again a second after a word that failed", async () => {
		const host = await startFilter();
		host.advance(FIRST_MS);
		calls(host)[0]?.fail(14);
		host.advance(900);
		assert.equal(words(host).length, 1);
		host.advance(300);
		assert.equal(words(host).length, 2);
	});

	test("has one word under way at most", async () => {
		const host = await startFilter();
		host.advance(FIRST_MS);
		const underWay = () => calls(host).filter(({ state }) => state === "pending").length;
		for (let second = 0; second < 20; second++) {
			host.advance(1000);
			assert.ok(underWay() <= 1, `${underWay()} words under way`);
		}
	});
});
