import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { AllocateResponseSchema, QuotaItem_Kind } from "../../../mixer/api/generated/mixer_pb.js";
import { SharedData } from "../../support/fake-host-shared-data.ts";
import { pendingAllocates, QuotaEnvoy, QuotaStoreSide, quotaOf, reads, requestOf } from "./quota-envoy.ts";

const LIMIT = 1_000_000;

/** One Envoy with two workers, at which requests come so quickly that they take chunks. */
class QuickEnvoy {
	readonly store: QuotaStoreSide;
	readonly envoy: QuotaEnvoy;
	admitted = 0;
	/** Of the last call: what it said that its pool held, and what was left after it. */
	last = { kind: QuotaItem_Kind.CHARGE, held: 0n, remaining: 0n };

	constructor(store: QuotaStoreSide, envoy: QuotaEnvoy) {
		this.store = store;
		this.envoy = envoy;
	}

	static async start(): Promise<QuickEnvoy> {
		const quotas = [quotaOf({ limit: LIMIT, windowMs: 86_400_000 })];
		return new QuickEnvoy(new QuotaStoreSide(quotas), await QuotaEnvoy.start({ quotas, vms: 2 }));
	}

	get writes(): number {
		return this.envoy.vms.reduce((sum, { module }) => sum + (module.calls.get("proxy_set_shared_data") ?? 0), 0);
	}

	/** So many requests a millisecond, by turns at the two workers. */
	async run(ms: number, perMs: number): Promise<void> {
		for (let i = 0; i < ms; i++) {
			for (let k = 0; k < perMs; k++) this.envoy.draw([reads()], this.admitted++ % 2).end();
			await this.#answer();
			for (const vm of this.envoy.vms) vm.advance(1);
			this.store.nowMs++;
		}
	}

	async #answer(): Promise<void> {
		for (const call of this.envoy.vms.flatMap(pendingAllocates)) {
			const message = await this.store.respond(call);
			const [item] = requestOf(call).items;
			const [answer] = fromBinary(AllocateResponseSchema, message).answers;
			if (item !== undefined && answer !== undefined)
				this.last = { kind: item.kind, held: item.held, remaining: answer.remaining };
			call.answer(message);
		}
	}
}

test("of quick requests few touch shared data, and what workers do not use in time comes to little", async () => {
	const quick = await QuickEnvoy.start();
	await quick.run(1200, 4);
	const before = quick.writes;
	await quick.run(1000, 4);
	const writes = quick.writes - before;
	assert.ok(writes < 4000 / 10, `${writes} writes of 4,000 requests`);
	// A worker's chunk lasts for some ten milliseconds; ten times a second it may have taken one that it does not use up.
	await quick.run(4000, 0);
	assert.equal(quick.last.kind, QuotaItem_Kind.RETURN);
	const used = LIMIT - Number(quick.last.remaining);
	assert.ok(used >= quick.admitted, `${used} used, ${quick.admitted} admitted`);
	assert.ok(used <= quick.admitted * 1.02, `${used} used, ${quick.admitted} admitted`);
});

test("a chunk is worth nothing after a tenth of a second", async () => {
	const quick = await QuickEnvoy.start();
	await quick.run(1200, 4);
	await quick.run(110, 0);
	for (const worker of [0, 1]) {
		const before = quick.writes;
		quick.envoy.draw([reads()], worker).end();
		assert.equal(quick.writes, before + 1);
	}
});

test("a LEASE counts what is in chunks as held", async () => {
	const quick = await QuickEnvoy.start();
	await quick.run(3000, 4);
	assert.equal(quick.last.kind, QuotaItem_Kind.LEASE);
	// It is sent when less than half of a second's demand is there: 2,000. What it says besides went into chunks.
	assert.ok(quick.last.held > 2000n && quick.last.held < 3000n, String(quick.last.held));
});

/** Where writes of the pools of one quota can be made to come too late, as if another worker were always first. */
class ContendedData extends SharedData {
	contended = "none";
	writesOfReads = 0;

	override set(key: string, value: Uint8Array, cas?: number): boolean {
		const bytes = Buffer.from(value);
		if (bytes.includes(`${this.contended}\0`)) return false;
		if (bytes.includes("reads\0")) this.writesOfReads++;
		return super.set(key, value, cas);
	}
}

test("a request that finds its other pool empty after all puts back what it drew of a chunk", async () => {
	const quotas = [quotaOf({ limit: LIMIT, windowMs: 86_400_000 }), quotaOf({ name: "other", limit: 1000 })];
	/** By request, how often the pool of `reads` was written by then: more often where chunks end sooner. */
	const written = async (draws: readonly object[]) => {
		const data = new ContendedData();
		const quick = new QuickEnvoy(
			new QuotaStoreSide(quotas),
			await QuotaEnvoy.start({ quotas, vms: 2, host: { sharedData: data } }),
		);
		await quick.run(1200, 4);
		quick.envoy.draw([other]).end();
		await quick.store.answerAll(...quick.envoy.vms);
		data.contended = "other";
		const before = data.writesOfReads;
		const counts: number[] = [];
		for (let i = 0; i < 60; i++) {
			const stream = quick.envoy.draw(draws);
			await quick.store.answerAll(...quick.envoy.vms);
			assert.equal(stream.localResponse, undefined);
			counts.push(data.writesOfReads - before);
		}
		return counts;
	};
	const other = reads({ name: "other", key: [] });
	const chunks = async (draws: readonly object[]) => new Set(await written(draws)).size;
	assert.equal(await chunks([reads()]), 2);
	assert.equal(await chunks([reads(), other]), 2);
});
