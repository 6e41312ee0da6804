import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SenderLedger } from "../../../mixer/ledger/sender-ledger.ts";
import { faultsOf, type LedgerView, WholeLedger } from "../../../mixer/ledger/whole-ledger.ts";
import type { LedgerCounts } from "../../../mixer/report/ledger.ts";
import { HandClock } from "../policy/hand-clock.ts";

const RUN = { proxy: "edge", vm: 2, epoch: 1n };
const counters = { batch: () => {}, received: () => {}, rejected: () => {} };

function whole(counts: LedgerCounts): WholeLedger {
	return new WholeLedger({ senders: new SenderLedger(new HandClock()), handlers: () => new Map([["log", counts]]) });
}

const sound: Omit<LedgerView, "faults"> = {
	proxies: [
		{
			...{ proxy: "edge", vm: 2, sent: 10, received: 6, elsewhere: 1, pending: 1, lost: 1 },
			dropped: { overflow: 1, rejected: 0, too_large: 0 },
		},
	],
	earlier: null,
	mixer: { received: 6, accepted: 5, rejected: { wrong_type: 1 } },
	handlers: [{ handler: "log", received: 5, delivered: 3, pending: 1, dropped: { timeout: 1 } }],
};

describe("the whole ledger", () => {
	test("counts what comes by VM, and what is rejected by reason", () => {
		const ledger = whole({ received: 99, delivered: 90, pending: 4, dropped: new Map([["timeout", 5]]) });
		const counting = ledger.counting(counters);
		counting.received(100, RUN);
		counting.rejected("wrong_type");
		const view = ledger.view();
		assert.deepEqual(view.mixer, { received: 100, accepted: 99, rejected: { wrong_type: 1 } });
		assert.deepEqual(
			view.proxies.map(({ proxy, vm, received }) => [proxy, vm, received]),
			[["edge", 2, 100]],
		);
		assert.deepEqual(view.handlers, [
			{ handler: "log", received: 99, delivered: 90, pending: 4, dropped: { timeout: 5 } },
		]);
		assert.deepEqual([view.earlier, view.faults], [null, []]);
	});

	test("finds nothing where all sums agree", () => assert.deepEqual(faultsOf(sound), []));

	const [row] = sound.proxies;
	const [handler] = sound.handlers;
	assert.ok(row !== undefined && handler !== undefined);
	const cases: [string, Partial<LedgerView>][] = [
		["proxy edge, VM 2: 11 sent, 10 accounted for", { proxies: [{ ...row, sent: 11 }] }],
		["7 received by the Mixer, 6 from its proxies", { mixer: { received: 7, accepted: 7, rejected: {} } }],
		["6 received, 5 accepted or rejected", { mixer: { received: 6, accepted: 5, rejected: {} } }],
		["handler log: 5 received, 4 accounted for", { handlers: [{ ...handler, pending: 0 }] }],
		["handler log: 6 received of 5 accepted", { handlers: [{ ...handler, received: 6, pending: 2 }] }],
	];
	for (const [text, change] of cases) {
		test(`says "${text}"`, () => assert.deepEqual(faultsOf({ ...sound, ...change }), [text]));
	}
});
