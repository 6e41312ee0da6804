import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Counter } from "prom-client";
import type { TelemetryRule } from "../../../galley/telemetry-rule.ts";
import type { AdapterEnv, Handler } from "../../../mixer/adapters/adapter.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import type { HandlerSpec } from "../../../mixer/report/build-handlers.ts";
import { Dispatcher } from "../../../mixer/report/dispatcher.ts";
import type { LedgerCounts } from "../../../mixer/report/ledger.ts";
import { batchRecords } from "../../support/batch-records.ts";
import { adapterOf, KeptLog } from "../server/running-mixer.ts";
import { metricRule } from "../telemetry/rules.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const GRACE_MS = 3000;

function start() {
	const clock = new ManualClock();
	const abort = new AbortController();
	const log = new KeptLog();
	const surroundings = { clock, abort: abort.signal, random: () => 0, logger: log, graceMs: () => GRACE_MS };
	return { dispatcher: new Dispatcher(surroundings), clock, abort, log };
}

/** Handlers of one backend, which notes what becomes of them. */
function backend() {
	const steps: string[] = [];
	const gates: (() => void)[] = [];
	let isSlow = false;
	const handler = (config: unknown): Handler => ({
		async handle(batch): Promise<"delivered"> {
			if (isSlow) await new Promise<void>((resolve) => gates.push(resolve));
			steps.push(`${config} has ${batchRecords(batch).map((record) => record["request.id"])}`);
			return "delivered";
		},
		flush: async () => {},
		close: async () => void steps.push(`${config} closes`),
	});
	const build = (config: unknown, env: AdapterEnv) => {
		if (config === "bad") throw new Error("no such backend");
		new Counter({ name: "records", help: "records", registers: [env.metrics] });
		steps.push(`${config} opens`);
		return handler(config);
	};
	const adapter = { ...adapterOf({}), build };
	const spec = (config: string, more: Partial<HandlerSpec> = {}): HandlerSpec => {
		return {
			name: "h",
			adapter,
			config,
			records: true,
			rules: [],
			queueRecords: 100,
			queueBytes: 1_000_000,
			timeoutMs: 100_000,
			...more,
		};
	};
	return {
		steps,
		spec,
		slowDown: () => {
			isSlow = true;
		},
		answer: () => gates.shift()?.(),
	};
}

function record(id: string): TelemetryRecord {
	return { "request.id": id };
}

function sums(counts: ReadonlyMap<string, LedgerCounts>) {
	return [...counts].map(([name, { received, delivered, pending, dropped }]) => {
		return { name, received, delivered, pending, dropped: Object.fromEntries(dropped) };
	});
}

describe("a change of handlers", () => {
	test("leaves one that is asked for as before at its work", async () => {
		const { dispatcher } = start();
		const { steps, spec } = backend();
		(await dispatcher.prepare([spec("a")])).commit();
		(await dispatcher.prepare([spec("a")])).commit();
		dispatcher.accept([record("1")]);
		await settled();
		assert.deepEqual(steps, ["a opens", "a has 1"]);
	});

	test("keeps one whose rules alone are others, and tells it of its metrics", async () => {
		const { dispatcher } = start();
		const defined: string[][] = [];
		const taken: unknown[] = [];
		const adapter = {
			...adapterOf({
				define: (metrics) => void defined.push(metrics.map(({ name }) => name)),
				handle: ({ signal, items }) => {
					taken.push([signal, items.length]);
					return "delivered";
				},
			}),
			signals: ["record", "metric"] as const,
		};
		const spec = (rules: readonly TelemetryRule[], records: boolean): HandlerSpec => {
			return {
				name: "h",
				adapter,
				config: {},
				records,
				rules,
				queueRecords: 100,
				queueBytes: 1_000_000,
				timeoutMs: 1000,
			};
		};
		for (const change of [
			spec([], true),
			spec([metricRule({ name: "a" }), metricRule({ name: "b" })], true),
			spec([metricRule({ name: "b" })], false),
		]) {
			(await dispatcher.prepare([change])).commit();
			dispatcher.accept([record("1"), record("2")]);
			await settled();
		}
		assert.deepEqual(defined, [[], ["a", "b"], ["b"]]);
		assert.deepEqual(taken, [
			["record", 2],
			["record", 2],
			["metric", 4],
			["metric", 2],
		]);
		assert.deepEqual(sums(dispatcher.counts()), [{ name: "h", received: 6, delivered: 6, pending: 0, dropped: {} }]);
	});

	for (const [what, more] of [
		["config", { config: "b" }],
		["queue", { queueRecords: 99 }],
		["timeout", { timeoutMs: 99 }],
		["adapter", { adapter: adapterOf({}) }],
	] as const) {
		test(`replaces one with another ${what}`, async () => {
			const { dispatcher } = start();
			const { steps, spec } = backend();
			(await dispatcher.prepare([spec("a")])).commit();
			(await dispatcher.prepare([spec("a", more)])).commit();
			await settled();
			assert.equal(steps.at(-1), "a closes");
			assert.deepEqual(sums(dispatcher.counts()), [{ name: "h", received: 0, delivered: 0, pending: 0, dropped: {} }]);
		});
	}

	test("opens the new one first, lets the old one deliver what it has, and counts both as one", async () => {
		const { dispatcher, clock } = start();
		const { steps, spec, slowDown, answer } = backend();
		(await dispatcher.prepare([spec("a")])).commit();
		slowDown();
		for (const id of ["1", "2"]) dispatcher.accept([record(id)]);
		const change = await dispatcher.prepare([spec("b")]);
		assert.deepEqual(steps, ["a opens", "b opens"]);
		dispatcher.accept([record("3")]);
		change.commit();
		dispatcher.accept([record("4")]);
		const name = "h";
		assert.deepEqual(sums(dispatcher.counts()), [{ name, received: 4, delivered: 0, pending: 4, dropped: {} }]);
		for (let i = 0; i < 3; i++) {
			answer();
			await settled();
		}
		assert.deepEqual(steps.slice(2).sort(), ["a closes", "a has 1", "a has 2,3", "b has 4"]);
		assert.deepEqual(sums(dispatcher.counts()), [{ name, received: 4, delivered: 4, pending: 0, dropped: {} }]);
		assert.equal(clock.next, undefined);
		assert.equal(dispatcher.registries().length, 1);
	});

	test("gives an old one up that does not end within the grace time, and counts what is lost", async () => {
		const { dispatcher, clock, log } = start();
		const { spec, slowDown } = backend();
		(await dispatcher.prepare([spec("a"), spec("a", { name: "i", adapter: adapterOf({}) })])).commit();
		slowDown();
		dispatcher.accept([record("1")]);
		(await dispatcher.prepare([])).commit();
		await clock.advance(GRACE_MS - 1);
		assert.deepEqual(log.lines, []);
		await clock.advance(1);
		const fields = { handler: "h", records: 1, reason: "stopped" };
		assert.deepEqual(log.lines, [{ level: "warn", fields, message: "records dropped" }]);
		const dropped = { name: "h", received: 1, delivered: 0, pending: 0, dropped: { stopped: 1 } };
		const counts = sums(dispatcher.counts());
		assert.deepEqual(
			counts.find(({ name }) => name === "h"),
			dropped,
		);
	});

	test("that cannot work changes nothing, and closes what it opened", async () => {
		const { dispatcher } = start();
		const { steps, spec } = backend();
		(await dispatcher.prepare([spec("a")])).commit();
		const other = { ...adapterOf({ close: async () => void steps.push("other closes") }) };
		const specs = [spec("x", { name: "other", adapter: other }), spec("bad")];
		await assert.rejects(dispatcher.prepare(specs), { code: "invalid", message: "handler h (test): no such backend" });
		dispatcher.accept([record("1")]);
		await settled();
		assert.deepEqual(steps, ["a opens", "other closes", "a has 1"]);
	});

	test("that is given up closes what it opened, and nothing else", async () => {
		const { dispatcher } = start();
		const { steps, spec } = backend();
		(await dispatcher.prepare([spec("a")])).commit();
		await (await dispatcher.prepare([spec("b")])).discard();
		dispatcher.accept([record("1")]);
		await settled();
		assert.deepEqual(steps, ["a opens", "b opens", "b closes", "a has 1"]);
	});

	test("forgets the counts of handlers long gone", async () => {
		const { dispatcher } = start();
		for (let i = 0; i < 105; i++) {
			const rest = { config: {}, records: true, rules: [], queueRecords: 1, queueBytes: 1_000_000, timeoutMs: 1 };
			const spec = { name: `h${i}`, adapter: adapterOf({}), ...rest };
			(await dispatcher.prepare([spec])).commit();
			await settled();
		}
		const names = [...dispatcher.counts().keys()];
		assert.deepEqual([names.length, names.at(0), names.at(-1)], [101, "h4", "h104"]);
	});
});

test("a stop waits for handlers that are at work and for those that leave", async () => {
	const { dispatcher } = start();
	const { steps, spec, slowDown, answer } = backend();
	(await dispatcher.prepare([spec("a")])).commit();
	slowDown();
	dispatcher.accept([record("1")]);
	(await dispatcher.prepare([spec("b")])).commit();
	const stopped = dispatcher.stop();
	await settled();
	assert.deepEqual(steps, ["a opens", "b opens", "b closes"]);
	answer();
	await stopped;
	assert.deepEqual(steps.slice(3), ["a has 1", "a closes"]);
});
