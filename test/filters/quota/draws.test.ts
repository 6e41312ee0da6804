import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QuotaItem_Kind as Kind } from "../../../mixer/api/generated/mixer_pb.js";
import { bodyOf, checks, counter, recordOf, sealed } from "../../support/filter-host.ts";
import { allocates, pendingAllocates, QuotaEnvoy, QuotaStoreSide, quotaOf, reads, requestOf, theAllocate } from "./quota-envoy.ts"; // biome-ignore format: a row

const quotas = [quotaOf({ limit: 1000 }), quotaOf({ name: "small", limit: 2 })];

describe("a request that draws on a quota", () => {
	test("waits for its lease, and those after it spend from the pool without a call", async () => {
		const store = new QuotaStoreSide(quotas);
		const envoy = await QuotaEnvoy.start({ quotas });
		const first = envoy.draw([reads()]);
		assert.equal(first.result, "paused");
		const [item] = requestOf(theAllocate(envoy.vm())).items;
		assert.deepEqual([item?.kind, item?.quota, item?.minimum, item?.held], [Kind.LEASE, "reads", 1n, 0n]);
		await store.answer(theAllocate(envoy.vm()));
		assert.equal(first.result, "continue");
		assert.equal(sealed(first), true);
		for (let i = 0; i < 4; i++) assert.equal(envoy.draw([reads()]).result, "continue");
		assert.equal(allocates(envoy.vm()).length, 1);
	});

	test("has the time it waited in its record, and one that didn't has none", async () => {
		const store = new QuotaStoreSide(quotas);
		const attributes = ["quota.duration", "quota.callout_duration"];
		const envoy = await QuotaEnvoy.start({ quotas, fields: { report: { attributes } } });
		const waited = envoy.draw([reads()]);
		const call = theAllocate(envoy.vm());
		envoy.vm().advance(20);
		await store.answer(call);
		const tookNs = 20_000_000n;
		assert.deepEqual(recordOf(envoy.vm(), waited), { "quota.duration": tookNs, "quota.callout_duration": tookNs });
		// The test's clock stands still while the filter works.
		assert.deepEqual(recordOf(envoy.vm(), envoy.draw([reads()])), {});
	});

	test("has its decision kept, though it waits; the spending is not", async () => {
		const store = new QuotaStoreSide(quotas);
		const envoy = await QuotaEnvoy.start({ quotas });
		for (let i = 0; i < 3; i++) {
			envoy.draw([reads({ name: "small" })]);
			await store.answerAll(envoy.vm());
		}
		assert.equal(checks(envoy.vm()).length, 1);
		assert.equal(allocates(envoy.vm()).length, 3);
	});

	test("renews the lease in the background when little is left", async () => {
		const store = new QuotaStoreSide(quotas);
		const envoy = await QuotaEnvoy.start({ quotas });
		envoy.draw([reads()]);
		await store.answerAll(envoy.vm());
		for (let i = 0; i < 300; i++) {
			assert.equal(envoy.draw([reads()]).result, "continue", `request ${i}`);
			await store.answerAll(envoy.vm());
		}
		assert.ok(allocates(envoy.vm()).length < 50, `${allocates(envoy.vm()).length} calls`);
		assert.equal(counter(envoy.vm(), "sluice_quota.waits"), 1);
		assert.equal(counter(envoy.vm(), "sluice_quota_draws.outcome.granted"), 301);
	});

	test("gets 429 where nothing is left, with the reason in the record", async () => {
		const store = new QuotaStoreSide(quotas);
		const envoy = await QuotaEnvoy.start({ quotas });
		const small = () => envoy.draw([reads({ name: "small" })]);
		const streams = [];
		for (let i = 0; i < 4; i++) {
			streams.push(small());
			await store.answerAll(envoy.vm());
		}
		assert.deepEqual(
			streams.map(({ localResponse }) => localResponse?.status),
			[undefined, undefined, 429, 429],
		);
		assert.equal(allocates(envoy.vm()).length, 3, "the second denial takes no call");
		const denied = streams[2] ?? assert.fail();
		assert.equal(denied.localResponse?.details, "sluice_quota");
		assert.equal(denied.localResponse?.grpcStatus, 8);
		assert.equal(bodyOf(denied), "the quota of this request is used up\n");
		const headers = denied.localResponse?.headers;
		assert.equal(headers?.get("retry-after"), "60");
		assert.equal(headers?.get("ratelimit-policy"), '"small";q=2;w=60');
		assert.equal(headers?.get("ratelimit"), '"small";r=0;t=60');
		assert.deepEqual(recordOf(envoy.vm(), denied), {
			"check.outcome": "quota_denied",
			"quota.name": "small",
			"quota.outcome": "denied",
			"quota.remaining": 0n,
		});
		assert.equal(pendingAllocates(envoy.vm()).length, 0);
	});
});
