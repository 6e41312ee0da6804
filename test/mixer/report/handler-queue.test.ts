import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { TelemetryRule } from "../../../galley/telemetry-rule.ts";
import type { Batch, HandleResult, Handler, ItemResult } from "../../../mixer/adapters/adapter.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { MAX_ATTEMPTS, type OnAttempt } from "../../../mixer/report/handler-deliveries.ts";
import { HandlerQueue } from "../../../mixer/report/handler-queue.ts";
import type { LedgerCounts } from "../../../mixer/report/ledger.ts";
import { compileRules } from "../../../mixer/telemetry/rule-set.ts";
import { batchRecords } from "../../support/batch-records.ts";
import { scaled } from "../../support/scale.ts";
import { KeptLog } from "../server/running-mixer.ts";
import { metricRule } from "../telemetry/rules.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const TIMEOUT_MS = 1000;

function queueOf(
	handle: Handler["handle"],
	options: { queueRecords?: number; queueBytes?: number; onAttempt?: OnAttempt } = {},
) {
	const clock = new ManualClock();
	const stop = new AbortController();
	const steps: string[] = [];
	const handler = { handle, flush: async () => void steps.push("flush"), close: async () => void steps.push("close") };
	const queue = new HandlerQueue({
		name: "h",
		handler,
		intake: { records: true, rules: compileRules([], { random: () => 0 }) },
		queueRecords: options.queueRecords ?? 100,
		queueBytes: options.queueBytes ?? 1_000_000,
		timeoutMs: TIMEOUT_MS,
		clock,
		random: () => 0.5,
		logger: new KeptLog(),
		abort: stop.signal,
		...(options.onAttempt && { onAttempt: options.onAttempt }),
	});
	return { queue, clock, stop, steps };
}

function counterOf(method: string): TelemetryRule {
	return metricRule({ name: method, match: [`request.method == "${method}"`] });
}

let made = 0;
function records(count: number): TelemetryRecord[] {
	return Array.from({ length: count }, () => ({ "request.id": String(made++) }));
}

function sums(counts: LedgerCounts) {
	const { received, delivered, pending, dropped } = counts;
	return { received, delivered, pending, dropped: Object.fromEntries(dropped) };
}

describe("a handler's queue", () => {
	test("hands a batch over at once and counts it as delivered", async () => {
		const batches: number[] = [];
		const { queue } = queueOf((batch) => {
			batches.push(batch.items.length);
			return "delivered";
		});
		queue.offer(records(3));
		await settled();
		assert.deepEqual(batches, [3]);
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 3, pending: 0, dropped: {} });
	});

	test("collects what comes while a call is under way into one batch, at most 500", async () => {
		const batches: number[] = [];
		const gates: (() => void)[] = [];
		const handle = (batch: Batch) => {
			batches.push(batch.items.length);
			return new Promise<HandleResult>((resolve) => gates.push(() => resolve("delivered")));
		};
		const { queue } = queueOf(handle, { queueRecords: 1000 });
		queue.offer(records(1));
		for (let i = 0; i < 6; i++) queue.offer(records(100));
		for (let i = 0; i < 3; i++) {
			gates[i]?.();
			await settled();
		}
		assert.deepEqual(batches, [1, 500, 100]);
		assert.equal(queue.counts().delivered, 601);
	});

	test("drops what there is no room for, counting what is under way as well", async () => {
		const { queue } = queueOf(() => new Promise(() => {}), { queueRecords: 10 });
		queue.offer(records(4));
		queue.offer(records(9));
		await settled();
		assert.deepEqual(sums(queue.counts()), { received: 13, delivered: 0, pending: 10, dropped: { queue_full: 3 } });
	});

	test("tries again with growing pauses, then gives up", async () => {
		const tries: number[] = [];
		const { queue, clock } = queueOf(() => {
			tries.push(clock.now());
			throw new Error("refused");
		});
		queue.offer(records(2));
		await clock.advance(10_000);
		// Three quarters of 100, 200, 400 and 800 ms, the random half being at its middle.
		assert.deepEqual(tries, [0, 75, 225, 525, 1125]);
		assert.deepEqual(sums(queue.counts()), {
			received: 2,
			delivered: 0,
			pending: 0,
			dropped: { retries_exhausted: 2 },
		});
	});

	test("tries again only the items that are to be tried again", async () => {
		const seen: (string | undefined)[][] = [];
		const answers: ItemResult[][] = [
			["delivered", "retry", { rejected: "too_old" }, "retry"],
			["delivered", "delivered"],
		];
		const { queue, clock } = queueOf((batch) => {
			seen.push(batchRecords(batch).map((record) => record["request.id"]));
			return answers.shift() ?? "retry";
		});
		const batch = records(4);
		queue.offer(batch);
		await clock.advance(100);
		const ids = batch.map((record) => record["request.id"]);
		assert.deepEqual(seen, [ids, [ids[1], ids[3]]]);
		assert.deepEqual(sums(queue.counts()), { received: 4, delivered: 3, pending: 0, dropped: { too_old: 1 } });
	});

	test("drops a batch whose answer has the wrong number of items", async () => {
		const { queue } = queueOf(() => ["delivered"]);
		queue.offer(records(2));
		await settled();
		assert.deepEqual(sums(queue.counts()), { received: 2, delivered: 0, pending: 0, dropped: { bad_answer: 2 } });
	});

	test("never calls a handler that hangs a second time, and drops by timeout", async () => {
		let calls = 0;
		const { queue, clock } = queueOf(() => {
			calls++;
			return new Promise(() => {});
		});
		queue.offer(records(1));
		queue.offer(records(1));
		await clock.advance(100 * TIMEOUT_MS);
		assert.equal(calls, 1);
		assert.deepEqual(sums(queue.counts()), { received: 2, delivered: 0, pending: 0, dropped: { timeout: 2 } });
	});

	test("believes an answer that came after the timeout, without writing the batch again", async () => {
		const late = Promise.withResolvers<HandleResult>();
		let calls = 0;
		const { queue, clock } = queueOf(() => {
			calls++;
			return late.promise;
		});
		queue.offer(records(1));
		await clock.advance(TIMEOUT_MS + 500);
		late.resolve("delivered");
		await settled();
		assert.equal(calls, 1);
		assert.deepEqual(sums(queue.counts()), { received: 1, delivered: 1, pending: 0, dropped: {} });
	});

	test("believes an answer that came between two tries, without writing the batch again", async () => {
		const late = Promise.withResolvers<HandleResult>();
		let calls = 0;
		const { queue, clock } = queueOf(() => {
			calls++;
			return late.promise;
		});
		queue.offer(records(1));
		await clock.advance(TIMEOUT_MS);
		late.resolve("delivered");
		await settled();
		await clock.advance(500);
		assert.equal(calls, 1);
		assert.deepEqual(sums(queue.counts()), { received: 1, delivered: 1, pending: 0, dropped: {} });
	});

	test("does not deliver what it has counted as dropped when a hung call ends at last", async () => {
		const first = Promise.withResolvers<HandleResult>();
		const seen: (string | undefined)[] = [];
		const { queue, clock } = queueOf((batch) => {
			seen.push(...batchRecords(batch).map((record) => record["request.id"]));
			return seen.length === 1 ? first.promise : "delivered";
		});
		for (const id of ["a", "b"]) {
			queue.offer([{ "request.id": id }]);
			await clock.advance(10 * TIMEOUT_MS);
		}
		queue.offer([{ "request.id": "c" }]);
		await settled();
		first.resolve("delivered");
		await settled();
		assert.deepEqual(seen, ["a", "c"]);
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 1, pending: 0, dropped: { timeout: 2 } });
	});

	test("counts a record as delivered with the last that is made of it, and as dropped where any of that is", async () => {
		const offered: unknown[] = [];
		const lost = { rejected: "too_old" };
		const { queue } = queueOf(({ signal, items }) => {
			offered.push([signal, items.length]);
			return signal === "record" ? "delivered" : items.map((_, i): ItemResult => (i === 0 ? lost : "delivered"));
		});
		queue.use({ records: true, rules: compileRules([counterOf("GET"), counterOf("PUT")], { random: () => 0 }) });
		queue.offer(["GET", "PUT", "HEAD"].map((method) => ({ "request.method": method })));
		await settled();
		assert.deepEqual(offered, [
			["record", 3],
			["metric", 2],
		]);
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 2, pending: 0, dropped: { too_old: 1 } });
	});

	test("counts records that nothing is made of as delivered, without a call", async () => {
		const { queue } = queueOf(() => assert.fail("called"));
		queue.use({ records: false, rules: compileRules([counterOf("GET")], { random: () => 0 }) });
		queue.offer(records(3));
		await settled();
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 3, pending: 0, dropped: {} });
	});

	test("goes on after records that nothing is made of", async () => {
		const { queue } = queueOf(() => "delivered");
		queue.use({ records: false, rules: compileRules([counterOf("GET")], { random: () => 0 }) });
		for (const method of ["POST", "GET", "GET"]) queue.offer([{ "request.method": method }]);
		await settled();
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 3, pending: 0, dropped: {} });
	});

	test("tries what a metric's items need again without the records that were delivered", async () => {
		const offered: unknown[] = [];
		const { queue, clock } = queueOf(({ signal, items }) => {
			offered.push([signal, items.length]);
			return signal === "metric" && offered.length < 3 ? "retry" : "delivered";
		});
		queue.use({ records: true, rules: compileRules([counterOf("GET")], { random: () => 0 }) });
		queue.offer([{ "request.method": "GET" }, {}]);
		await settled();
		assert.deepEqual(sums(queue.counts()), { received: 2, delivered: 1, pending: 1, dropped: {} });
		await clock.advance(100);
		assert.deepEqual(offered, [
			["record", 2],
			["metric", 1],
			["metric", 1],
		]);
		assert.deepEqual(sums(queue.counts()), { received: 2, delivered: 2, pending: 0, dropped: {} });
	});

	test("drops what would take more memory than it may, and has room again once a batch is done", async () => {
		const gate = Promise.withResolvers<HandleResult>();
		const { queue } = queueOf(() => gate.promise, { queueBytes: 1000 });
		queue.offer(records(3), [600, 500, 400]);
		assert.deepEqual(queue.state(), { bytes: 1000, isBroken: false });
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 0, pending: 2, dropped: { queue_bytes_full: 1 } });
		gate.resolve("delivered");
		await settled();
		assert.equal(queue.state().bytes, 0);
		queue.offer(records(1), [1000]);
		await settled();
		assert.equal(queue.counts().delivered, 3);
	});

	test("leaves a backend alone after three batches lost, and loses nothing more of what has room", async () => {
		const tries: number[] = [];
		let isBack = false;
		const { queue, clock } = queueOf(() => {
			tries.push(clock.now());
			return isBack ? "delivered" : "retry";
		});
		for (let i = 0; i < 3; i++) {
			queue.offer(records(1));
			await clock.advance(2000);
		}
		assert.equal(queue.state().isBroken, true);
		tries.length = 0;
		queue.offer(records(1));
		queue.offer(records(5));
		const start = clock.now();
		await clock.advance(90_000);
		// Three quarters of 5, 10, 20, 40 and 60 seconds, the random half being at its middle.
		assert.deepEqual(
			tries.map((at) => at - start),
			[3750, 11_250, 26_250, 56_250],
		);
		isBack = true;
		await clock.advance(60_000);
		assert.equal(queue.state().isBroken, false);
		assert.deepEqual(sums(queue.counts()), {
			received: 9,
			delivered: 6,
			pending: 0,
			dropped: { retries_exhausted: 3 },
		});
	});

	test("gives what waits for a backend its tries at once when it is stopped", async () => {
		const { queue, clock } = queueOf(() => "retry");
		for (let i = 0; i < 3; i++) {
			queue.offer(records(1));
			await clock.advance(2000);
		}
		queue.offer(records(2));
		await settled();
		const stopped = queue.stop();
		await clock.advance(2000);
		await stopped;
		assert.deepEqual(sums(queue.counts()), {
			received: 5,
			delivered: 0,
			pending: 0,
			dropped: { retries_exhausted: 5 },
		});
	});

	test("tells of every call how it ended and how long it was waited for", async () => {
		const attempts: unknown[] = [];
		const answers = [() => Promise.reject(new Error("refused")), () => new Promise<never>(() => {})];
		const { queue, clock } = queueOf(() => answers.shift()?.() ?? "delivered", {
			onAttempt: (attempt) => attempts.push(attempt),
		});
		queue.offer(records(1));
		await clock.advance(75 + TIMEOUT_MS);
		assert.deepEqual(attempts, [
			{ handler: "h", outcome: "failed", durationMs: 0 },
			{ handler: "h", outcome: "late", durationMs: TIMEOUT_MS },
		]);
	});

	test("bounds the reasons an adapter can make up", async () => {
		const { queue } = queueOf((batch) => batch.items.map((_, i): ItemResult => ({ rejected: `reason-${i}` })));
		queue.offer(records(100));
		await settled();
		const { dropped } = queue.counts();
		assert.equal(dropped.size, 33);
		assert.equal(dropped.get("other"), 68);
	});

	test("delivers what is pending before it flushes and closes, and takes nothing more", async () => {
		const { queue, steps } = queueOf(async (): Promise<HandleResult> => {
			steps.push("handle");
			return "delivered";
		});
		queue.offer(records(1));
		await queue.stop();
		queue.offer(records(5));
		assert.deepEqual(steps, ["handle", "flush", "close"]);
		assert.deepEqual(sums(queue.counts()), { received: 6, delivered: 1, pending: 0, dropped: { stopped: 5 } });
	});

	test("ends a stop when told that the time is over", async () => {
		const { queue, stop, steps } = queueOf(() => "retry");
		queue.offer(records(3));
		const stopped = queue.stop();
		await settled();
		stop.abort();
		await stopped;
		assert.deepEqual(steps, ["flush", "close"]);
		assert.deepEqual(sums(queue.counts()), { received: 3, delivered: 0, pending: 0, dropped: { stopped: 3 } });
	});

	test("received = delivered + dropped + pending at every moment, whatever the handler does", async () => {
		const item = fc.constantFrom<ItemResult>("delivered", "retry", { rejected: "a" }, { rejected: "b" });
		const answer = fc.oneof(
			item,
			fc.constantFrom("throw" as const, "hang" as const, "wrong count" as const),
			fc.record({ items: fc.array(item, { minLength: 1, maxLength: 5 }), lateMs: fc.nat(3 * TIMEOUT_MS) }),
		);
		const step = fc.oneof(fc.record({ offer: fc.nat(30) }), fc.record({ wait: fc.nat(4 * TIMEOUT_MS) }));
		await fc.assert(
			fc.asyncProperty(fc.array(answer), fc.array(step, { maxLength: 30 }), async (answers, plan) => {
				let underWay = 0;
				let handled = 0;
				const handle = async (batch: Batch): Promise<HandleResult> => {
					assert.equal(underWay++, 0, "two calls at once");
					try {
						return await play(
							answers[handled++ % Math.max(1, answers.length)] ?? "delivered",
							batchRecords(batch),
							clock,
						);
					} finally {
						underWay--;
					}
				};
				const { queue, clock, stop } = queueOf(handle, { queueRecords: 50 });
				let offered = 0;
				for (const act of plan) {
					if ("wait" in act) await clock.advance(act.wait);
					else {
						queue.offer(records(act.offer));
						offered += act.offer;
					}
					checkSums(queue.counts(), offered);
				}
				const stopped = queue.stop();
				await clock.advance(MAX_ATTEMPTS * TIMEOUT_MS);
				stop.abort();
				await stopped;
				checkSums(queue.counts(), offered);
				assert.equal(queue.counts().pending, 0);
			}),
			{ numRuns: scaled({ quick: 100, full: 5000 }) },
		);
	});
});

type Play = ItemResult | "throw" | "hang" | "wrong count" | { items: ItemResult[]; lateMs: number };

function play(answer: Play, batch: readonly unknown[], clock: ManualClock): Promise<HandleResult> | HandleResult {
	if (answer === "throw") throw new Error("refused");
	if (answer === "hang") return new Promise(() => {});
	if (answer === "wrong count") return [];
	if (typeof answer === "string" || "rejected" in answer) return answer;
	const { items, lateMs } = answer;
	const results = batch.map((_, i): ItemResult => items[i % items.length] ?? "retry");
	return new Promise((resolve) => clock.after(lateMs, () => resolve(results)));
}

function checkSums({ received, delivered, pending, dropped }: LedgerCounts, offered: number): void {
	const lost = [...dropped.values()].reduce((sum, count) => sum + count, 0);
	assert.equal(received, offered);
	assert.equal(delivered + pending + lost, received);
	assert.ok(pending >= 0 && pending <= 50);
}
