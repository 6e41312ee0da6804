import assert from "node:assert/strict";
import { test } from "node:test";
import { QuotaEnvoy, QuotaStoreSide, quotaOf, reads } from "./quota-envoy.ts";

const quotas = [quotaOf({ limit: 1000 }), quotaOf({ name: "all", limit: 1000 })];

// Each call out of the VM costs: in Envoy 1.4 µs a read, 0.7 a write, 0.4 the clock, 0.15 a counter.
const added = {
	proxy_get_shared_data: 2,
	proxy_increment_metric: 1,
	proxy_set_shared_data: 2,
};

test("two warm quotas cost a request no more calls into Envoy than these", async () => {
	const store = new QuotaStoreSide(quotas);
	const envoy = await QuotaEnvoy.start({ quotas });
	const { calls } = envoy.vm().module;
	const callsOf = async (draws: readonly object[]) => {
		// The first one has its decision and leases brought.
		for (let i = 0; i < 2; i++) {
			calls.clear();
			envoy.draw(draws).end();
			await store.answerAll(envoy.vm());
		}
		return new Map(calls);
	};
	const without = await callsOf([]);
	const drawing = await callsOf([reads(), reads({ name: "all", key: [] })]);
	const more = [...drawing].map(([name, count]) => [name, count - (without.get(name) ?? 0)] as const);
	assert.deepEqual(Object.fromEntries(more.filter(([, count]) => count !== 0).toSorted()), added);
});
