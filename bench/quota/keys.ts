import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { counterName } from "../../mixer/quota/counter-name.ts";
import { encodeKey } from "../../mixer/quota/key.ts";
import { MemoryQuotaStore } from "../../mixer/quota/memory-store.ts";
import type { QuotaRule } from "../../mixer/quota/rule.ts";

/** What the memory store takes for so many keys of one charge each, and for the last 100,000 answers, which it remembers. */
export async function measureKeys(keys: number): Promise<{ keys: number; bytes: number }> {
	const rule: QuotaRule = { algorithm: "fixed", limit: 1000, capacity: 1000, windowMs: 3_600_000 };
	const store = new MemoryQuotaStore({ clock: Date });
	const before = heapBytes();
	for (let i = 0; i < keys; i++) {
		const counter = counterName("requests", rule, encodeKey([`reader-${i}`]));
		const operations = [{ kind: "charge", counter, rule, amount: 1, bestEffort: false, binds: true }] as const;
		await store.allocate({ dedupId: `${i}`, operations });
	}
	const after = heapBytes();
	if (store.keys !== keys) throw new Error(`${store.keys} keys are counted instead of ${keys}`);
	return { keys, bytes: after - before };
}

/** After everything that can go has gone. */
function heapBytes(): number {
	setFlagsFromString("--expose-gc");
	const collect: unknown = runInNewContext("gc");
	if (typeof collect === "function") collect();
	return process.memoryUsage().heapUsed;
}
