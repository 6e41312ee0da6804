import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MAX_ACCOUNTS, SenderLedger } from "../../../mixer/ledger/sender-ledger.ts";
import { LOST_AFTER_MS } from "../../../mixer/ledger/vm-account.ts";
import type { VmRecords } from "../../../mixer/ledger/vm-records.ts";
import { HandClock } from "../policy/hand-clock.ts";

const NO_DROPS = { overflow: 0, rejected: 0, too_large: 0 };

let clock: HandClock;
let ledger: SenderLedger;

beforeEach(() => {
	clock = new HandClock();
	ledger = new SenderLedger(clock);
});

function vm(number: number, more: { proxy?: string; epoch?: bigint } = {}) {
	return { proxy: "edge", vm: number, epoch: 1n, ...more };
}

function said(sent: number, acknowledged: number, more: Partial<VmRecords> = {}): VmRecords {
	return { sent, acknowledged, pending: sent - acknowledged, dropped: NO_DROPS, ...more };
}

function rows() {
	return ledger.senders().map(({ proxy, vm: number, sent, received, elsewhere, pending, lost }) => {
		return [`${proxy} ${number ?? "ended"}`, { sent, received, elsewhere, pending, lost }];
	});
}

describe("a VM's records", () => {
	test("are pending until they come", () => {
		ledger.hear(vm(2), said(150, 0));
		ledger.receive(vm(2), 100);
		assert.deepEqual(rows(), [["edge 2", { sent: 150, received: 100, elsewhere: 0, pending: 50, lost: 0 }]]);
		ledger.receive(vm(2), 50);
		assert.deepEqual(rows(), [["edge 2", { sent: 150, received: 150, elsewhere: 0, pending: 0, lost: 0 }]]);
	});

	test("that come before it speaks of them count as sent", () => {
		ledger.receive(vm(2), 100);
		assert.deepEqual(rows(), [["edge 2", { sent: 100, received: 100, elsewhere: 0, pending: 0, lost: 0 }]]);
	});

	test("that another Mixer has acknowledged are elsewhere, once nothing is on its way", () => {
		ledger.receive(vm(2), 10);
		ledger.hear(vm(2), said(100, 80, { pending: 20 }));
		assert.deepEqual(rows(), [["edge 2", { sent: 100, received: 10, elsewhere: 70, pending: 20, lost: 0 }]]);
		ledger.hear(vm(2), said(100, 90));
		ledger.receive(vm(2), 10);
		ledger.hear(vm(2), said(100, 100));
		assert.deepEqual(rows(), [["edge 2", { sent: 100, received: 20, elsewhere: 80, pending: 0, lost: 0 }]]);
	});

	test("that it dropped are no more to come", () => {
		const dropped = { overflow: 20, rejected: 0, too_large: 1 };
		ledger.hear(vm(2), said(121, 100, { pending: 0, dropped }));
		ledger.receive(vm(2), 0);
		assert.deepEqual(rows(), [["edge 2", { sent: 121, received: 0, elsewhere: 100, pending: 0, lost: 0 }]]);
		assert.deepEqual(ledger.senders()[0]?.dropped, dropped);
	});

	test("are lost half a minute after its last word, unless they come after all", () => {
		ledger.hear(vm(2), said(150, 0));
		ledger.receive(vm(2), 100);
		clock.advance(LOST_AFTER_MS - 1);
		assert.deepEqual(rows(), [["edge 2", { sent: 150, received: 100, elsewhere: 0, pending: 50, lost: 0 }]]);
		clock.advance(1);
		assert.deepEqual(rows(), [["edge ended", { sent: 150, received: 100, elsewhere: 0, pending: 0, lost: 50 }]]);
		ledger.receive(vm(2), 50);
		assert.deepEqual(rows(), [["edge 2", { sent: 150, received: 150, elsewhere: 0, pending: 0, lost: 0 }]]);
	});
});

test("VMs stand in the order of proxies and numbers, a proxy's ended ones as one at its end", () => {
	ledger.receive(vm(4), 1);
	ledger.receive(vm(5), 2);
	clock.advance(LOST_AFTER_MS);
	ledger.receive(vm(10), 3);
	ledger.receive(vm(2), 4);
	ledger.receive(vm(2, { epoch: 2n }), 5);
	ledger.receive(vm(1, { proxy: "core" }), 6);
	assert.deepEqual(
		rows().map(([name]) => name),
		["core 1", "edge 2", "edge 2", "edge 10", "edge ended"],
	);
	assert.equal(ledger.senders().at(-1)?.sent, 3);
});

test("those beyond 10,000 VMs are kept as one sum, what they had as lost", () => {
	ledger.hear(vm(1), said(7, 0));
	for (let number = 2; number <= MAX_ACCOUNTS; number++) ledger.receive(vm(number), 1);
	assert.equal(ledger.forgotten.sent, 0);
	ledger.receive(vm(MAX_ACCOUNTS + 1), 1);
	const { sent, pending, lost } = ledger.forgotten;
	assert.deepEqual({ sent, pending, lost }, { sent: 7, pending: 0, lost: 7 });
	assert.equal(ledger.senders().length, MAX_ACCOUNTS);
});

describe("faults", () => {
	test("name a VM whose own sums don't agree", () => {
		ledger.hear(vm(2), said(100, 80, { pending: 10 }));
		const text = "proxy edge, VM 2: 100 sent are not 80 acknowledged + 0 dropped + 10 pending";
		assert.deepEqual(ledger.faults(), [text]);
	});

	test("name a VM of which more was counted than it sent", () => {
		ledger.receive(vm(2), 100);
		ledger.receive(vm(2), 100);
		clock.advance(999);
		ledger.hear(vm(2), said(100, 100));
		assert.deepEqual(ledger.faults(), []);
		clock.advance(1);
		ledger.hear(vm(2), said(100, 100));
		const text = "proxy edge, VM 2: 200 were received of 100 acknowledged + 0 pending: some were counted twice";
		assert.deepEqual(ledger.faults(), [text]);
	});
});
