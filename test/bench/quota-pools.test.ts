import assert from "node:assert/strict";
import { test } from "node:test";
import { measurePools } from "../../bench/quota-pools/measure.ts";

test("a pool for all workers takes fewer calls than one in each, and lets all pass that may", async () => {
	const asked = { workers: 2, limit: 100, demand: 0.5 };
	const [shared, each] = [
		await measurePools({ ...asked, pools: "shared" }, 1),
		await measurePools({ ...asked, pools: "each" }, 1),
	];
	assert.deepEqual([shared.requests, shared.share, each.share], [50, 1, 1]);
	assert.ok(shared.callouts < each.callouts, `${shared.callouts} calls a request, and ${each.callouts}`);
	assert.ok(shared.reads >= 1 && shared.writes >= 1);
});
