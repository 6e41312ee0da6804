import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { MemoryQuotaStore } from "../../mixer/quota/memory-store.ts";
import { type Operation, type Outcome, REMEMBER_MS } from "../../mixer/quota/store.ts";
import { storeCases } from "../mixer/quota/store-cases.ts";
import { DAY, fixed, gcra, MIDNIGHT, MINUTE, rolling, SECOND } from "../mixer/quota/store-fixture.ts";
import { clockedRedis } from "../support/redis-quota-store.ts";
import { RedisServer } from "../support/redis-server.ts";
import { scaled } from "../support/scale.ts";

let server: RedisServer;
let redis: Awaited<ReturnType<typeof clockedRedis>>;

before(async () => {
	server = await RedisServer.start();
	redis = await clockedRedis(server.port);
});

after(async () => {
	await redis.close();
	await server.stop();
});

storeCases("Redis", () => redis.empty());

const RULES = [
	fixed(7, 10 * SECOND),
	fixed(400, MINUTE),
	fixed(1e15, 30 * DAY),
	rolling(5, SECOND),
	rolling(300, MINUTE),
	rolling(1000, DAY),
	gcra(10, 3, SECOND),
	gcra(777, 60, 7 * MINUTE),
	gcra(1e15, 1e12, DAY),
];

const counterArbitrary = fc.nat({ max: RULES.length - 1 });
const amountArbitrary = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 60 }), fc.constantFrom(1e12, 1e15));

const operationArbitrary = fc
	.record({
		kind: fc.constantFrom<Operation["kind"]>("charge", "charge", "lease", "lease", "lease", "settle", "return", "read"),
		index: counterArbitrary,
		amount: amountArbitrary,
		other: amountArbitrary,
		pool: fc.constantFrom("p", "q", "é\n"),
		sequence: fc.integer({ min: 1, max: 40 }),
		held: fc.nat({ max: 30 }),
		ago: fc.constantFrom(0, 1, SECOND, MINUTE, DAY),
		flags: fc.tuple(fc.boolean(), fc.boolean()),
	})
	.map(
		({ kind, index, amount, other, pool, sequence, held, ago, flags: [bestEffort, binds] }) =>
			(now: number): Operation => {
				const base = { counter: `c${index}`, rule: RULES[index] ?? fixed(1) };
				switch (kind) {
					case "charge":
						return { ...base, kind, amount, bestEffort, binds };
					case "lease":
						return { ...base, kind, amount: amount + other, minimum: Math.min(amount, 5), pool, sequence, held, binds };
					case "settle":
						return { ...base, kind, amount, reserved: other, chargedAtMs: now - ago };
					case "return":
						return { ...base, kind, amount, pool, sequence, held };
					case "read":
						return { ...base, kind };
				}
			},
	);

const trafficArbitrary = fc.array(
	fc.record({
		passedMs: fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 40 * SECOND }), fc.nat({ max: 2 * DAY })),
		operations: fc.array(operationArbitrary, { minLength: 1, maxLength: 4 }),
		isRetry: fc.boolean(),
	}),
	{ minLength: 5, maxLength: 60 },
);

test("Redis and memory count alike over days of traffic, to the last unit", async () => {
	await fc.assert(
		fc.asyncProperty(trafficArbitrary, async (traffic) => {
			const { store, setNow } = await redis.empty();
			let now = MIDNIGHT;
			const memory = new MemoryQuotaStore({ clock: { now: () => now } });
			let calledAt = now;
			let call = { dedupId: "none", operations: [] as Operation[] };
			for (const [index, { passedMs, operations, isRetry }] of traffic.entries()) {
				now += passedMs;
				await setNow(now);
				if (!isRetry || index === 0) {
					call = { dedupId: `${index}`, operations: operations.map((make) => make(now)) };
					calledAt = now;
					// The server's own clock ends what is remembered there.
				} else if (now - calledAt >= REMEMBER_MS) continue;
				const [seen, expected] = [await store.allocate(call), await memory.allocate(call)];
				assert.deepEqual(seen.map(comparable), expected.map(comparable), `call ${index}`);
			}
		}),
		{ numRuns: scaled({ quick: 60, full: 3000 }) },
	);
});

/** All but what was stranded: memory forgets keys earlier, and tells of them in another place. */
function comparable({ stranded: _, ...outcome }: Outcome): Omit<Outcome, "stranded"> {
	return outcome;
}
