import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import type { Quota } from "../../../galley/snapshot.ts";
import {
	AllocateRequestSchema,
	QuotaItem_Kind as Kind,
	type QuotaItemSchema,
	QuotaAnswer_Status as Status,
} from "../../../mixer/api/generated/mixer_pb.js";
import { MixerError } from "../../../mixer/error.ts";
import { quotaMetrics } from "../../../mixer/observe/quota-metrics.ts";
import { allocateService } from "../../../mixer/quota/allocate.ts";
import { encodeKey } from "../../../mixer/quota/key.ts";
import { MemoryQuotaStore } from "../../../mixer/quota/memory-store.ts";
import { quotaBook } from "../../../mixer/quota/quota-book.ts";
import type { QuotaStore } from "../../../mixer/quota/store.ts";
import type { Caller } from "../../../mixer/server/caller.ts";
import { MIDNIGHT, MINUTE } from "./store-fixture.ts";

type Item = MessageInitShape<typeof QuotaItemSchema>;

function quota(name: string, more: Partial<Quota> = {}): Quota {
	const place = { file: "quota.yaml", line: 1 };
	const counting = { limit: 3, windowMs: MINUTE, algorithm: "fixed", overrides: [] } as const;
	return {
		name,
		...counting,
		failureMode: "deny",
		store: "memory",
		mode: "enforce",
		charge: { at: "request" },
		...place,
		...more,
	};
}

const alice = encodeKey(["alice"]);

/** A store in another place: its counters share no call with those of others. */
class Elsewhere extends MemoryQuotaStore {
	isDown = false;

	override allocate(call: Parameters<QuotaStore["allocate"]>[0]) {
		if (this.isDown) return Promise.reject(new MixerError("unavailable", "the store is down"));
		return super.allocate(call);
	}
}

function service(quotas: readonly Quota[], caller?: Caller) {
	let now = MIDNIGHT;
	const clock = { now: () => now };
	const elsewhere = new Elsewhere({ clock });
	const stores = new Map([
		["memory", new MemoryQuotaStore({ clock })],
		["elsewhere", elsewhere],
	]);
	const registry = new Registry();
	const observer = quotaMetrics(registry);
	const book = quotaBook(quotas);
	const allocate = allocateService({
		quotas: () => book,
		stores,
		revision: () => "ab",
		observer,
		now: () => 0,
	});
	let id = 0;
	const call = async (items: readonly Item[], more: { dedupId?: string; proxy?: string } = {}) => {
		const { dedupId = `call-${++id}`, proxy = "edge-1" } = more;
		const request = create(AllocateRequestSchema, { origin: { proxy }, dedupId, items: [...items] });
		return (await allocate(request, caller)).answers.map(({ status, granted }) => [Status[status], Number(granted)]);
	};
	const metric = async (name: string) => (await registry.metrics()).split("\n").filter((line) => line.startsWith(name));
	return { allocate, call, elsewhere, metric, setNow: (ms: number) => (now = ms) };
}

const take = (name: string, amount = 1n, more: Item = {}): Item => ({
	kind: Kind.CHARGE,
	quota: name,
	key: alice,
	amount,
	...more,
});

describe("Allocate", () => {
	test("answers every item in order, with the limit and what is left", async () => {
		const { allocate } = service([quota("reads"), quota("bytes", { limit: 1000 })]);
		const items = [take("bytes", 400n), take("reads"), take("nothing")];
		const answer = await allocate(create(AllocateRequestSchema, { origin: { proxy: "p" }, dedupId: "1", items }));
		assert.equal(answer.revision, "ab");
		const seen = answer.answers.map(({ status, limit, remaining, validMs }) => [
			Status[status],
			limit,
			remaining,
			validMs,
		]);
		assert.deepEqual(seen, [
			["OK", 1000n, 600n, 60_000n],
			["OK", 3n, 2n, 60_000n],
			["UNKNOWN_QUOTA", 0n, 0n, 0n],
		]);
	});

	test("counts one request id on two quotas for each of them, and once on a retry", async () => {
		const { call, metric } = service([quota("reads"), quota("writes")]);
		const once = { dedupId: "request-7" };
		for (let i = 0; i < 3; i++)
			assert.deepEqual(await call([take("reads"), take("writes", 2n)], once), [
				["OK", 1],
				["OK", 2],
			]);
		assert.deepEqual(await call([take("reads", 2n), take("writes", 1n)]), [
			["OK", 2],
			["OK", 1],
		]);
		assert.deepEqual(await metric("sluice_quota_granted_total{"), [
			'sluice_quota_granted_total{quota="reads"} 3',
			'sluice_quota_granted_total{quota="writes"} 3',
		]);
	});

	test("tells two proxies' calls with one id apart", async () => {
		const { call } = service([quota("reads")]);
		for (const proxy of ["a", "b", "c"])
			assert.deepEqual(await call([take("reads")], { dedupId: "x", proxy }), [["OK", 1]]);
		assert.deepEqual(await call([take("reads")], { dedupId: "x", proxy: "d" }), [["DENIED", 0]]);
	});

	test("an override is for its key alone, and the policy's limit before both", async () => {
		const overrides = [{ key: ["alice"], limit: 5 }];
		const { call } = service([quota("reads", { overrides })]);
		assert.deepEqual(await call([take("reads", 6n)]), [["DENIED", 0]]);
		assert.deepEqual(await call([take("reads", 5n)]), [["OK", 5]]);
		assert.deepEqual(await call([take("reads", 4n, { key: encodeKey(["bob"]) })]), [["DENIED", 0]]);
		assert.deepEqual(await call([take("reads", 1n, { limit: 6n })]), [["OK", 1]]);
	});

	test("a Quota in shadow mode is answered, and stops no other", async () => {
		const { call } = service([quota("trial", { mode: "shadow", limit: 1 }), quota("reads")]);
		assert.deepEqual(await call([take("trial", 2n), take("reads")]), [
			["DENIED", 0],
			["OK", 1],
		]);
	});

	test("gives quotas only to proxies that may draw on them", async () => {
		const caller: Caller = {
			refusal: () => undefined,
			quotas: (proxy) => (name) => proxy === "edge-1" || name === "reads",
		};
		const { call, metric } = service([quota("reads"), quota("writes")], caller);
		assert.deepEqual(await call([take("writes"), take("reads")], { proxy: "edge-2" }), [
			["FORBIDDEN", 0],
			["OK", 1],
		]);
		assert.deepEqual(await call([take("writes")]), [["OK", 1]]);
		assert.deepEqual(await metric("sluice_quota_refused_total{"), ['sluice_quota_refused_total{reason="forbidden"} 1']);
	});
});

describe("Allocate with several stores", () => {
	const quotas = [quota("reads"), quota("far", { store: "elsewhere", limit: 1000 })];

	test("a request that one denies costs nothing at the other, nor does its retry", async () => {
		const { call } = service(quotas);
		assert.deepEqual(await call([take("reads", 3n)]), [["OK", 3]]);
		const pool = { pool: 1n, sequence: 1n };
		for (let i = 0; i < 2; i++) {
			const items = [take("reads"), take("far", 1000n)];
			assert.deepEqual(await call(items, { dedupId: "denied" }), [
				["DENIED", 0],
				["WITHHELD", 0],
			]);
		}
		const lease = { kind: Kind.LEASE, quota: "far", key: alice, amount: 20n, minimum: 2n, ...pool };
		assert.deepEqual(await call([take("reads"), lease]), [
			["DENIED", 0],
			["WITHHELD", 18],
		]);
		assert.deepEqual(await call([take("far", 982n)]), [["OK", 982]]);
	});

	test("a store that is not to be had is an answer of its items alone", async () => {
		const { call, elsewhere, metric } = service(quotas);
		elsewhere.isDown = true;
		assert.deepEqual(await call([take("reads"), take("far")], { dedupId: "x" }), [
			["OK", 1],
			["UNAVAILABLE", 0],
		]);
		assert.deepEqual(await metric("sluice_quota_store_errors_total{"), [
			'sluice_quota_store_errors_total{store="elsewhere"} 1',
		]);
		elsewhere.isDown = false;
		assert.deepEqual(await call([take("reads"), take("far")], { dedupId: "x" }), [
			["OK", 1],
			["OK", 1],
		]);
		assert.deepEqual(await call([take("reads", 2n)]), [["OK", 2]]);
	});
});

describe("Allocate refuses what no filter sends, and does nothing of it", () => {
	const bad: readonly { items?: Item[]; dedupId?: string; proxy?: string; message: string }[] = [
		{ proxy: "", message: "origin.proxy must have 1 to 256 characters" },
		{ dedupId: "", message: "dedup_id must have 1 to 64 bytes" },
		{ dedupId: "é".repeat(33), message: "dedup_id must have 1 to 64 bytes" },
		{ items: [], message: "0 items: there can be 1 to 64" },
		{ items: Array.from({ length: 65 }, () => take("reads")), message: "65 items: there can be 1 to 64" },
		{
			items: [take("reads", 1n, { kind: Kind.KIND_UNSPECIFIED })],
			message: "items[0].kind: 0 must be CHARGE, LEASE, SETTLE or RETURN",
		},
		{
			items: [take("reads", 10n ** 15n + 1n)],
			message: "items[0].amount: 1000000000000001 must be at most 1000000000000000",
		},
		{
			items: [take("reads"), take("reads")],
			message: "items[1]: this quota and key stand in an item of its kind already",
		},
		{
			items: [take("reads", 1n, { kind: Kind.LEASE, minimum: 2n })],
			message: "items[0].minimum: 2 must be at most amount, 1",
		},
		{ items: [take("reads", 1n, { kind: Kind.LEASE })], message: "items[0].pool: must not be 0" },
		{ items: [take("reads", 1n, { kind: Kind.RETURN, pool: 1n })], message: "items[0].sequence: must not be 0" },
		{ items: [take("reads", 1n, { key: Uint8Array.of(9, 0, 0) })], message: "key: there is no type 9" },
	];
	for (const { items, message, ...more } of bad) {
		test(message, async () => {
			const { call } = service([quota("reads")]);
			await assert.rejects(call(items ?? [take("reads", 3n)], more), { name: "MixerError", code: "invalid", message });
			assert.deepEqual(await call([take("reads", 3n)]), [["OK", 3]]);
		});
	}
});
