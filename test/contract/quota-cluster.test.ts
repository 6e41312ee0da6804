import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { slotOf } from "../../mixer/quota/redis/cluster-slot.ts";
import { caller, charge, fixed, MINUTE, only } from "../mixer/quota/store-fixture.ts";
import { RedisCluster } from "../support/redis-cluster.ts";
import { connected, redisConfig, redisStore } from "../support/redis-quota-store.ts";

const day = 24 * 60 * MINUTE;
let cluster: RedisCluster;

before(async () => {
	cluster = await RedisCluster.start(3);
});

after(() => cluster.stop());

async function clusterStore(addresses = cluster.addresses) {
	const { store } = redisStore(redisConfig(addresses, { cluster: true }));
	await connected(store);
	return store;
}

/** One counter on each node. */
const spread = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"].filter((counter, index, all) => {
	const nodeOf = (name: string) => Math.floor(slotOf(name) / 5462);
	return all.findIndex((other) => nodeOf(other) === nodeOf(counter)) === index;
});

describe("quotas in a real Redis Cluster", () => {
	test("a counter's group is the slot that the Cluster itself says", async () => {
		for (const counter of ["a", "reads:f60000:AQAFYWxpY2U", "é"]) {
			assert.equal(await cluster.nodes[0]?.command("CLUSTER", "KEYSLOT", `x{${counter}}`), `:${slotOf(counter)}\r\n`);
		}
	});

	test("are counted on every node, and found by another Mixer that knows only one", async () => {
		assert.equal(spread.length, 3);
		const store = await clusterStore();
		const other = await clusterStore(cluster.addresses.slice(1, 2));
		try {
			for (const counter of spread) {
				const call = { dedupId: `first-${counter}`, operations: [charge(fixed(3, day), 2, { counter })] };
				assert.equal(only(await store.allocate(call)).remaining, 1);
				const again = only(await other.allocate(call));
				assert.deepEqual([again.remaining, again.isRepeated], [1, true]);
				assert.equal(only(await caller(other)(charge(fixed(3, day), 2, { counter }))).status, "denied");
				assert.deepEqual([await other.reset(counter), await store.reset(counter)], [true, false]);
			}
		} finally {
			await Promise.all([store.close(), other.close()]);
		}
	});

	test("a node that is gone makes its own counters unavailable, and no other's", async () => {
		const store = await clusterStore();
		try {
			const call = caller(store);
			await cluster.nodes[2]?.kill();
			const settled = await Promise.allSettled(spread.map((counter) => call(charge(fixed(3, day), 1, { counter }))));
			const lost = spread.map((counter) => Math.floor(slotOf(counter) / 5462) === 2);
			assert.deepEqual(
				settled.map(({ status }) => status === "rejected"),
				lost,
			);
		} finally {
			await store.close();
		}
	});
});
