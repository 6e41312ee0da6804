import { create } from "@bufbuild/protobuf";
import type { Quota } from "../../galley/snapshot.ts";
import { AllocateRequestSchema, QuotaAnswer_Status, QuotaItem_Kind } from "../../mixer/api/generated/mixer_pb.js";
import { allocateService } from "../../mixer/quota/allocate.ts";
import { encodeKey } from "../../mixer/quota/key.ts";
import { quotaBook } from "../../mixer/quota/quota-book.ts";
import type { QuotaStore } from "../../mixer/quota/store.ts";

/** Readers among whom the calls are divided. */
const READERS = 10_000;

/** Calls before the measured ones, by their number. */
const WARM_UP = 0.2;

/** What was measured. */
export interface Rate {
	readonly calls: number;
	/** Quotas in each call. */
	readonly items: number;
	readonly callsPerSecond: number;
	/** Of this process for each call, in microseconds. */
	readonly cpuUs: number;
}

/** Allocates for one request that draws on two quotas, one a lease, `atOnce` of them under way. */
export async function measureRate(store: QuotaStore, load: { calls: number; atOnce: number }): Promise<Rate> {
	const { calls, atOnce } = load;
	const allocate = service(store);
	const run = async (from: number, to: number) => {
		let next = from;
		const one = async () => {
			while (next < to) {
				const { answers } = await allocate(requestOf(next++));
				const wrong = answers.find(({ status }) => status !== QuotaAnswer_Status.OK);
				if (wrong !== undefined) throw new Error(`an answer was ${QuotaAnswer_Status[wrong.status]}: it has to be OK`);
			}
		};
		await Promise.all(Array.from({ length: atOnce }, one));
	};
	const warm = Math.ceil(calls * WARM_UP);
	await run(0, warm);
	const cpu = process.cpuUsage();
	const start = performance.now();
	await run(warm, warm + calls);
	const seconds = (performance.now() - start) / 1000;
	const { user, system } = process.cpuUsage(cpu);
	return { calls, items: 2, callsPerSecond: calls / seconds, cpuUs: (user + system) / calls };
}

function service(store: QuotaStore) {
	const book = quotaBook([quota("requests", "fixed"), quota("bytes", "rolling")]);
	return allocateService({
		quotas: () => book,
		stores: new Map([["memory", store]]),
		revision: () => "bench",
		observer: { outcome: () => {}, refused: () => {}, store: () => {} },
		now: () => 0,
	});
}

function requestOf(index: number) {
	const key = encodeKey([`reader-${index % READERS}`]);
	const sequence = BigInt(Math.floor(index / READERS) + 1);
	const lease = { kind: QuotaItem_Kind.LEASE, quota: "requests", amount: 20n, minimum: 1n, pool: 7n, sequence, key };
	const charge = { kind: QuotaItem_Kind.CHARGE, quota: "bytes", amount: 4096n, key };
	return create(AllocateRequestSchema, { origin: { proxy: "edge-1" }, dedupId: `${index}`, items: [lease, charge] });
}

function quota(name: string, algorithm: "fixed" | "rolling"): Quota {
	const rest = {
		overrides: [],
		failureMode: "deny",
		store: "memory",
		mode: "enforce",
		charge: { at: "request" },
	} as const;
	return { name, algorithm, limit: 1_000_000_000, windowMs: 3_600_000, ...rest, file: "bench.yaml", line: 1 };
}
