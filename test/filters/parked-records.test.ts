import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { FakeHost } from "../support/fake-host.ts";
import { Metrics } from "../support/fake-host-metrics.ts";
import { SharedData } from "../support/fake-host-shared-data.ts";
import { acknowledge, counter, get, reportOf, reports, startFilter } from "../support/filter-host.ts";

/** Batches that are kept for others in shared data. */
const SLOTS = 64;

/** An Envoy: what its VMs share. */
function envoy() {
	return { sharedData: new SharedData(), metrics: new Metrics() };
}

/** A VM of it, where every request passes undecided and makes a record. */
function startVm(shared: ReturnType<typeof envoy>): Promise<FakeHost> {
	return startFilter({ default: "allow", policies: [] }, shared);
}

function requests(host: FakeHost, count: number): void {
	for (let i = 0; i < count; i++) get(host, `/books/${i}`).end();
}

function ledger(host: FakeHost) {
	const sum = (group: string) =>
		host.metrics.names
			.filter((name) => name.startsWith(`sluice_reports.${group}.`))
			.reduce((total, name) => total + counter(host, name), 0);
	return {
		sent: counter(host, "sluice_reports.sent"),
		acknowledged: counter(host, "sluice_reports.acknowledged"),
		lost: counter(host, "sluice_reports.lost"),
		dropped: sum("dropped"),
		pending: sum("pending"),
	};
}

/** What the Mixer would have of all these VMs: each batch once. */
class Received {
	readonly #batches = new Map<string, number>();

	/** Acknowledges the batches that are on their way. */
	answer(host: FakeHost): void {
		for (const call of host.grpc.pending.filter(({ method }) => method === "Report")) {
			const { origin, epoch, sequence, records } = reportOf(call);
			this.#batches.set(`${origin?.vm}/${epoch}/${sequence}`, records.length);
			acknowledge(call);
		}
	}

	get records(): number {
		return [...this.#batches.values()].reduce((sum, count) => sum + count, 0);
	}
}

describe("a VM that ends", () => {
	test("leaves its records to the next one that ticks, under their own numbers", async () => {
		const shared = envoy();
		const [first, second] = [await startVm(shared), await startVm(shared)];
		requests(first, 105);
		const sent = reports(first).map(reportOf);
		assert.equal(first.done(), true);
		assert.deepEqual(ledger(second), { sent: 105, acknowledged: 0, lost: 0, dropped: 0, pending: 105 });
		assert.equal(counter(second, "sluice_reports.pending.holder.parked"), 105);
		second.tick();
		const adopted = reports(second).map(reportOf);
		assert.deepEqual(
			adopted.map(({ origin, sequence, records }) => ({ vm: origin?.vm, sequence, records: records.length })),
			[
				{ vm: 1, sequence: 1n, records: 100 },
				{ vm: 1, sequence: 2n, records: 5 },
			],
		);
		assert.deepEqual(adopted[0], sent[0]);
		assert.equal(counter(second, "sluice_reports.pending.holder.parked"), 0);
		for (const call of reports(second)) acknowledge(call);
		assert.deepEqual(ledger(second), { sent: 105, acknowledged: 105, lost: 0, dropped: 0, pending: 0 });
	});

	test("leaves them for a VM that starts later", async () => {
		const shared = envoy();
		const first = await startVm(shared);
		requests(first, 3);
		first.done();
		const later = await startVm(shared);
		later.tick();
		assert.equal(reportOf(reports(later)[0] ?? assert.fail()).records.length, 3);
	});

	test("gives each batch to one VM alone", async () => {
		const shared = envoy();
		const first = await startVm(shared);
		const others = await Promise.all([startVm(shared), startVm(shared)]);
		requests(first, 400);
		first.done();
		for (const other of [...others, ...others]) other.tick();
		const adopted = others.flatMap(reports).map((call) => reportOf(call).sequence);
		assert.deepEqual(adopted.toSorted(), [1n, 2n, 3n, 4n]);
	});

	test("passes on what it had adopted itself", async () => {
		const shared = envoy();
		const first = await startVm(shared);
		requests(first, 7);
		first.done();
		const second = await startVm(shared);
		second.tick();
		second.done();
		const third = await startVm(shared);
		third.tick();
		assert.equal(reportOf(reports(third)[0] ?? assert.fail()).origin?.vm, 1);
		acknowledge(reports(third)[0] ?? assert.fail());
		assert.deepEqual(ledger(third), { sent: 7, acknowledged: 7, lost: 0, dropped: 0, pending: 0 });
	});

	test(`drops what ${SLOTS} places don't hold, and says so`, async () => {
		const shared = envoy();
		for (let i = 0; i < 5; i++) {
			const vm = await startVm(shared);
			requests(vm, 1500);
			vm.done();
		}
		const last = await startVm(shared);
		assert.equal(counter(last, "sluice_reports.dropped.reason.overflow"), 7500 - SLOTS * 100);
		const { sent, dropped, pending } = ledger(last);
		assert.equal(sent, dropped + pending);
	});

	test("leaves no account behind", async () => {
		const shared = envoy();
		for (let i = 0; i < 100; i++) {
			const vm = await startVm(shared);
			requests(vm, 1);
			vm.done();
		}
		assert.equal(shared.metrics.names.filter((name) => /holder\.\d+$/.test(name)).length, 1);
	});
});

describe("a VM that adopts", () => {
	test("takes no more than leaves room for its own", async () => {
		const shared = envoy();
		const [first, second] = [await startVm(shared), await startVm(shared)];
		requests(first, 1500);
		first.done();
		second.tick();
		requests(second, 800);
		assert.equal(counter(second, "sluice_reports.dropped.reason.overflow"), 0);
		const received = new Received();
		for (let i = 0; i < 20; i++) {
			received.answer(second);
			second.advance(1000);
		}
		assert.equal(received.records, 2300);
		assert.deepEqual(ledger(second), { sent: 2300, acknowledged: 2300, lost: 0, dropped: 0, pending: 0 });
	});
});

describe("a VM that dies without a word", () => {
	test("is found by another, and what it had is counted as lost", async () => {
		const shared = envoy();
		const [dead, alive] = [await startVm(shared), await startVm(shared)];
		requests(dead, 42);
		requests(alive, 2);
		alive.advance(20_000);
		assert.equal(ledger(alive).lost, 0);
		alive.advance(60_000);
		assert.deepEqual(ledger(alive), { sent: 44, acknowledged: 0, lost: 42, dropped: 0, pending: 2 });
	});

	test("is not taken for dead while it ticks", async () => {
		const shared = envoy();
		const [idle, busy] = [await startVm(shared), await startVm(shared)];
		requests(idle, 1);
		for (let i = 0; i < 600; i++) {
			idle.tick();
			busy.tick();
		}
		assert.equal(ledger(busy).lost, 0);
	});

	test("and comes back after all counts its records anew, so that the sum holds", async () => {
		const shared = envoy();
		const [stalled, other] = [await startVm(shared), await startVm(shared)];
		requests(stalled, 10);
		other.advance(80_000);
		assert.equal(ledger(other).lost, 10);
		stalled.advance(1000);
		acknowledge(reports(stalled)[0] ?? assert.fail());
		assert.deepEqual(ledger(stalled), { sent: 20, acknowledged: 10, lost: 10, dropped: 0, pending: 0 });
	});
});

test("over any run of starts, ends, requests and answers, every record arrives", async () => {
	const event = fc.record({
		kind: fc.constantFrom("start", "end", "requests", "tick", "answer", "fail"),
		vm: fc.nat({ max: 7 }),
		count: fc.nat({ max: 150 }),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
			const shared = envoy();
			const received = new Received();
			const vms = [await startVm(shared)];
			for (const { kind, vm: index, count } of events) {
				const vm = vms[index % vms.length] ?? assert.fail();
				if (kind === "start") vms.push(await startVm(shared));
				else if (kind === "requests") requests(vm, count);
				else if (kind === "tick") vm.advance(500);
				else if (kind === "answer") received.answer(vm);
				else if (kind === "fail") for (const call of vm.grpc.pending) call.fail(14);
				else if (vms.length > 1) {
					vm.done();
					vms.splice(vms.indexOf(vm), 1);
				}
				const { sent, acknowledged, dropped, lost, pending } = ledger(vm);
				assert.equal(sent, acknowledged + dropped + lost + pending);
			}
			const last = vms[0] ?? assert.fail();
			for (const vm of vms.slice(1)) vm.done();
			for (let i = 0; i < 30; i++) {
				last.advance(1000);
				received.answer(last);
			}
			const { sent, acknowledged, dropped, pending } = ledger(last);
			assert.deepEqual({ acknowledged, pending }, { acknowledged: sent - dropped, pending: 0 });
			assert.equal(received.records, sent - dropped);
		}),
		{ numRuns: 30 },
	);
});
