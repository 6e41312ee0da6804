import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import {
	AllocateResponseSchema,
	QuotaItem_Kind as Kind,
	QuotaAnswer_Status as Status,
} from "../../../mixer/api/generated/mixer_pb.js";
import { bodyOf, counter, recordOf, sealed } from "../../support/filter-host.ts";
import { allocates, pendingAllocates, QuotaEnvoy, QuotaStoreSide, quotaOf, reads, requestOf, theAllocate } from "./quota-envoy.ts"; // biome-ignore format: a row

const deny = [quotaOf({ limit: 1000 })];
const allow = [quotaOf({ limit: 1000, failureMode: "allow", localLimit: 2 })];
const UNAVAILABLE = 14;

/** An answer with this status for the only item. */
function status(value: Status): Uint8Array {
	return toBinary(AllocateResponseSchema, create(AllocateResponseSchema, { answers: [{ status: value }] }));
}

describe("a quota that can't be had in time", () => {
	test("denies with 503 where its failureMode is deny, at the deadline", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		const stream = envoy.draw([reads()]);
		envoy.vm().advance(199);
		assert.equal(stream.result, "paused");
		envoy.vm().advance(1);
		assert.deepEqual([stream.localResponse?.status, stream.localResponse?.details], [503, "sluice_unavailable"]);
		assert.equal(pendingAllocates(envoy.vm()).length, 0);
		assert.equal(counter(envoy.vm(), "sluice_quota_draws.outcome.unavailable"), 1);
	});

	test("is asked for again with the same dedup id within the deadline, and charged once", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		const stream = envoy.draw([reads()]);
		const first = theAllocate(envoy.vm());
		await store.respond(first);
		first.fail(UNAVAILABLE);
		const second = theAllocate(envoy.vm());
		assert.deepEqual(second.request, first.request);
		await store.answer(second);
		assert.equal(stream.result, "continue");
		assert.equal(counter(envoy.vm(), "sluice_quota.call_retries"), 1);
	});

	test("is given up after three attempts, or one that can't get better", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		const stream = envoy.draw([reads()]);
		for (let i = 0; i < 3; i++) theAllocate(envoy.vm()).fail(UNAVAILABLE);
		assert.equal(stream.localResponse?.status, 503);
		envoy.vm().advance(150);
		const other = envoy.draw([reads()]);
		theAllocate(envoy.vm()).fail(3);
		assert.equal(other.localResponse?.status, 503);
		assert.equal(allocates(envoy.vm()).length, 4);
	});

	test("lets a local limit pass where its failureMode is allow, in all workers together, then answers 429", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: allow, vms: 2 });
		const streams = [0, 1, 0, 1].map((vm) => {
			const stream = envoy.draw([reads()], vm);
			while (pendingAllocates(envoy.vm(vm)).length > 0) theAllocate(envoy.vm(vm)).fail(UNAVAILABLE);
			return stream;
		});
		assert.deepEqual(
			streams.map(({ localResponse }) => localResponse?.status),
			[undefined, undefined, 429, 429],
		);
		assert.equal(streams[2]?.localResponse?.headers.get("retry-after"), "60");
		assert.equal(streams[2]?.localResponse?.headers.get("ratelimit"), '"reads";r=0;t=60');
		assert.equal(counter(envoy.vm(), "sluice_quota_draws.outcome.failure_allowed"), 2);
		for (const vm of envoy.vms) vm.advance(60_000);
		const later = envoy.draw([reads()]);
		while (pendingAllocates(envoy.vm()).length > 0) theAllocate(envoy.vm()).fail(UNAVAILABLE);
		assert.equal(later.result, "continue");
	});

	test("is the store's failure as well, and a message that can't be read", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		for (const message of [
			status(Status.UNAVAILABLE),
			status(Status.UNSPECIFIED),
			new Uint8Array([255]),
			new Uint8Array(),
		]) {
			const stream = envoy.draw([reads()]);
			theAllocate(envoy.vm()).answer(message);
			assert.equal(stream.localResponse?.status, 503);
			envoy.vm().advance(200);
		}
	});

	for (const value of [Status.UNKNOWN_QUOTA, Status.FORBIDDEN]) {
		test(`is a policy error where the Mixer says ${Status[value]}`, async () => {
			const envoy = await QuotaEnvoy.start({ quotas: allow });
			const stream = envoy.draw([reads()]);
			theAllocate(envoy.vm()).answer(status(value));
			assert.deepEqual([stream.localResponse?.status, stream.localResponse?.details], [403, "sluice_policy_error"]);
			assert.match(envoy.vm().logLines(4)[0] ?? "", /^sluice: quota reads: the Mixer has no Quota of this name/);
		});
	}

	test("does not matter as long as the pool lasts", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		envoy.draw([reads()]);
		await store.answer(theAllocate(envoy.vm()));
		for (let draws = 0; draws < 10; draws++) {
			envoy.vm().advance(1900);
			assert.equal(envoy.draw([reads()]).result, "continue");
			for (const call of pendingAllocates(envoy.vm())) call.fail(UNAVAILABLE);
		}
		assert.equal(envoy.draw([reads()]).result, "paused");
	});
});

describe("requests for one pool", () => {
	test("wait for the same call, and those it leaves without go on by calls of their own", async () => {
		const store = new QuotaStoreSide([quotaOf({ limit: 100 })]);
		const envoy = await QuotaEnvoy.start({ quotas: [quotaOf({ limit: 100 })] });
		const streams = Array.from({ length: 6 }, () => envoy.draw([reads()]));
		assert.equal(allocates(envoy.vm()).length, 1);
		await store.answer(theAllocate(envoy.vm()));
		assert.equal(streams.filter(({ result }) => result === "continue").length, 4, "1 and the 3 leased");
		await store.answerAll(envoy.vm());
		assert.equal(streams.filter(({ result }) => result === "continue").length, 6);
	});

	test("of another worker are charged by themselves while a lease is under way", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: deny, vms: 2 });
		envoy.draw([reads()], 0);
		envoy.draw([reads()], 1);
		const kinds = envoy.vms.map((vm) => requestOf(theAllocate(vm)).items[0]?.kind);
		assert.deepEqual(kinds, [Kind.LEASE, Kind.CHARGE]);
	});

	test("share it over all workers", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny, vms: 2 });
		envoy.draw([reads()], 0);
		await store.answerAll(...envoy.vms);
		assert.equal(envoy.draw([reads()], 1).result, "continue");
		assert.equal(allocates(envoy.vm(1)).length, 0);
	});

	test("go on where the stream that asked has ended, and what it was granted goes back", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		const first = envoy.draw([reads()]);
		const second = envoy.draw([reads()]);
		first.end();
		await store.answer(theAllocate(envoy.vm()));
		assert.equal(second.result, "continue");
		assert.equal(sealed(first), false);
		envoy.vm().advance(200);
		const [item] = requestOf(theAllocate(envoy.vm())).items;
		assert.deepEqual([item?.kind, item?.amount, item?.reserved], [Kind.SETTLE, 0n, 1n]);
	});
});

describe("several quotas of one request", () => {
	const both = [quotaOf({ limit: 1000 }), quotaOf({ name: "small", limit: 1 })];
	const small = reads({ name: "small" });

	test("go in one call, all or nothing", async () => {
		const store = new QuotaStoreSide(both);
		const envoy = await QuotaEnvoy.start({ quotas: both });
		const first = envoy.draw([reads(), small]);
		assert.deepEqual(
			requestOf(theAllocate(envoy.vm())).items.map(({ kind, quota }) => [kind, quota]),
			[
				[Kind.LEASE, "reads"],
				[Kind.CHARGE, "small"],
			],
		);
		await store.answer(theAllocate(envoy.vm()));
		assert.equal(first.result, "continue");
		const second = envoy.draw([reads(), small]);
		await store.answerAll(envoy.vm());
		assert.equal(second.localResponse?.status, 429);
		assert.equal(second.localResponse?.headers.get("ratelimit-policy"), '"small";q=1;w=60');
	});

	test("of several decisions of the same key are drawn together", async () => {
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		envoy.draw([reads({ amount: 2 }), reads({ amount: 3 })]);
		assert.equal(requestOf(theAllocate(envoy.vm())).items[0]?.minimum, 5n);
	});

	test("of one request id are counted apart", async () => {
		const store = new QuotaStoreSide(both);
		const envoy = await QuotaEnvoy.start({ quotas: both });
		const id = [["x-request-id", "same"]] as const;
		const streams = [];
		for (const draw of [reads(), small, small]) {
			streams.push(envoy.request({ quotas: [draw] }, 0, id));
			await store.answerAll(envoy.vm());
		}
		assert.deepEqual(
			streams.map(({ localResponse }) => localResponse?.status),
			[undefined, undefined, 429],
		);
	});
});

test("what a policy says of a quota's denial is the answer", async () => {
	const quotas = [quotaOf({ limit: 1 })];
	const store = new QuotaStoreSide(quotas);
	const envoy = await QuotaEnvoy.start({ quotas });
	const decision = {
		quotas: [reads({ amount: 2 })],
		quota_denied: { body: "{}", headers: { "content-type": "application/json" } },
	};
	const stream = envoy.request(decision);
	await store.answerAll(envoy.vm());
	assert.equal(bodyOf(stream), "{}");
	assert.equal(stream.localResponse?.headers.get("content-type"), "application/json");
	assert.equal(stream.localResponse?.headers.get("retry-after"), undefined, "two of one are never granted");
});

describe("a pool that is not used", () => {
	test("gives back what it holds two seconds after the VM's last request", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		envoy.draw([reads()]);
		await store.answerAll(envoy.vm());
		envoy.vm().advance(1900);
		assert.equal(pendingAllocates(envoy.vm()).length, 0);
		envoy.vm().advance(300);
		const [item] = requestOf(theAllocate(envoy.vm())).items;
		assert.deepEqual([item?.kind, item?.amount, item?.held, item?.sequence], [Kind.RETURN, 10n, 0n, 2n]);
		await store.answerAll(envoy.vm());
		assert.equal(counter(envoy.vm(), "sluice_quota.returned"), 10);
		assert.equal(envoy.draw([reads()]).result, "paused");
	});

	test("waits five seconds while there are requests for other keys", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		const returned = async () => {
			envoy.draw([reads({ key: ["bob"] })]);
			const items = pendingAllocates(envoy.vm()).flatMap((call) => requestOf(call).items);
			await store.answerAll(envoy.vm());
			return items.filter(({ kind }) => kind === Kind.RETURN).map(({ amount }) => amount);
		};
		envoy.draw([reads()]);
		await store.answerAll(envoy.vm());
		for (let second = 1; second <= 4; second++) {
			envoy.vm().advance(1000);
			assert.deepEqual(await returned(), []);
		}
		envoy.vm().advance(1400);
		assert.deepEqual(await returned(), [10n]);
	});

	test("gives back together with the others, 64 in a call", async () => {
		const store = new QuotaStoreSide(deny);
		const envoy = await QuotaEnvoy.start({ quotas: deny });
		for (let i = 0; i < 70; i++) {
			envoy.draw([reads({ key: [i] })]);
			await store.answerAll(envoy.vm());
		}
		envoy.vm().advance(2200);
		const calls = pendingAllocates(envoy.vm()).map((call) => requestOf(call).items.length);
		assert.deepEqual(calls, [64, 6]);
	});
});

test("a pool gives up what a store that began anew does not know of", async () => {
	const envoy = await QuotaEnvoy.start({ quotas: deny });
	envoy.draw([reads()]);
	await new QuotaStoreSide(deny).answerAll(envoy.vm());
	const drawUntilRenewal = () => {
		for (let draws = 1; ; draws++) {
			// Too slow for the worker to take chunks.
			envoy.vm().advance(50);
			assert.equal(envoy.draw([reads()]).result, "continue");
			if (pendingAllocates(envoy.vm()).length > 0) return draws;
		}
	};
	const renewed = () => requestOf(theAllocate(envoy.vm())).items[0];
	assert.equal(drawUntilRenewal(), 6);
	assert.deepEqual([renewed()?.held, renewed()?.amount], [4n, 6n]);
	await new QuotaStoreSide(deny).answerAll(envoy.vm());
	// Of the 6 granted, not of 10.
	assert.equal(drawUntilRenewal(), 4);
	assert.equal(renewed()?.held, 2n);
});

describe("what is charged by the response", () => {
	const charge = { at: "settle", amount: "response.headers.x-tokens", codeBelow: 500 } as const;
	const quotas = [quotaOf({ limit: 1000, charge })];
	const cases: [what: string, code: number, tokens: string | undefined, settled: [amount: bigint, reserved: bigint] | undefined][] = [
		["more than was reserved", 200, "25", [25n, 10n]],
		["less", 200, "3", [3n, 10n]],
		["as much", 200, "10", undefined],
		["a failure, which costs nothing", 503, "25", [0n, 10n]],
		["nothing that can be read", 200, "many", undefined],
		["nothing at all", 200, undefined, undefined],
	]; // biome-ignore format: a row each
	for (const [what, code, tokens, settled] of cases) {
		test(`settles ${what}`, async () => {
			const store = new QuotaStoreSide(quotas);
			const envoy = await QuotaEnvoy.start({ quotas });
			const stream = envoy.draw([reads({ amount: 10 })]);
			await store.answerAll(envoy.vm());
			const headers = [[":status", String(code)] as const, ...(tokens === undefined ? [] : [["x-tokens", tokens] as const])]; // biome-ignore format: a row
			stream.respond({ headers });
			stream.end({ "response.code": code });
			envoy.vm().advance(200);
			const items = pendingAllocates(envoy.vm()).flatMap((call) => requestOf(call).items);
			assert.deepEqual(
				items.map(({ kind, amount, reserved }) => [kind, amount, reserved]),
				settled === undefined ? [] : [[Kind.SETTLE, ...settled]],
			);
		});
	}

	test("is sent again, under the same id, until it is taken", async () => {
		const size = [quotaOf({ limit: 1000, charge: { at: "response", amount: "response.size" } })];
		const store = new QuotaStoreSide(size);
		const envoy = await QuotaEnvoy.start({ quotas: size });
		const stream = envoy.draw([reads()]);
		await store.answerAll(envoy.vm());
		stream.respond({ headers: [[":status", "200"]] });
		stream.end({ "response.code": 200, "response.size": 400 });
		envoy.vm().advance(200);
		const first = theAllocate(envoy.vm());
		first.fail(UNAVAILABLE);
		envoy.vm().advance(200);
		assert.deepEqual(theAllocate(envoy.vm()).request, first.request);
		await store.answerAll(envoy.vm());
		assert.equal(counter(envoy.vm(), "sluice_quota.settlements"), 1);
		const next = envoy.request({ quotas: [reads({ amount: 1 })] });
		await store.answerAll(envoy.vm());
		assert.equal(next.result, "continue");
	});

	test("is sent by another VM where its own ends first, once under the id that it has", async () => {
		const size = [quotaOf({ limit: 1000, charge: { at: "response", amount: "response.size" } })];
		const store = new QuotaStoreSide(size);
		const envoy = await QuotaEnvoy.start({ quotas: size, vms: 2 });
		const streams = [envoy.draw([reads()]), envoy.draw([reads()])];
		await store.answerAll(envoy.vm());
		streams[0]?.end({ "response.code": 200, "response.size": 400 });
		envoy.vm().advance(200);
		streams[1]?.end({ "response.code": 200, "response.size": 500 });
		const sent = theAllocate(envoy.vm());
		await store.respond(sent);
		assert.equal(envoy.vm().done(), true);
		envoy.vm(1).advance(200);
		const adopted = pendingAllocates(envoy.vm(1));
		assert.deepEqual(adopted.map((call) => requestOf(call).items[0]?.amount).toSorted(), [400n, 500n]);
		assert.ok(adopted.some(({ request }) => Buffer.from(request).equals(sent.request)));
		await store.answerAll(envoy.vm(1));
		assert.equal(counter(envoy.vm(), "sluice_quota.settlements"), 2);
		const next = envoy.draw([reads()], 1);
		await store.answerAll(envoy.vm(1));
		assert.equal(recordOf(envoy.vm(1), next)["quota.remaining"], 100n);
	});
});
