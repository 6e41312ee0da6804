import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Presence } from "../../../mixer/presence/presence.ts";
import type { InForce } from "../../../mixer/presence/vm-condition.ts";
import type { VmWord } from "../../../mixer/presence/vm-table.ts";
import { HandClock } from "../policy/hand-clock.ts";
import { KeptLog } from "../server/running-mixer.ts";

const STALE_AFTER_MS = 60_000;

let clock: HandClock;
let log: KeptLog;
let inForce: InForce | undefined;
let presence: Presence;

beforeEach(() => {
	clock = new HandClock();
	log = new KeptLog();
	inForce = { revision: "r1", sinceMs: 0 };
	const staleAfterMs = () => STALE_AFTER_MS;
	presence = new Presence({ clock, inForce: () => inForce, staleAfterMs, logger: log });
});

function say(vm: number, more: Partial<VmWord> = {}): void {
	presence.hear({ proxy: "edge", vm, epoch: 1n, revision: "r1", streams: 0, hadStream: false, ...more });
}

/** Lets time pass, in which these VMs speak every five seconds. */
function pass(ms: number, ...words: (() => void)[]): void {
	for (let left = ms; left > 0; left -= 5000) {
		clock.advance(Math.min(left, 5000));
		for (const word of words) word();
	}
}

function conditions(): string[] {
	return presence.vms().map(({ vm, condition }) => `${vm} ${condition}`);
}

describe("a VM that runs another revision than the one in force", () => {
	const idle = () => say(1);
	const held = () => say(2, { streams: 3, hadStream: true });

	beforeEach(() => {
		idle();
		held();
		pass(10_000, idle, held);
		inForce = { revision: "r2", sinceMs: clock.now() };
	});

	test("is changing at first, then stale, or pinned while it has streams", () => {
		assert.deepEqual(conditions(), ["1 changing", "2 changing"]);
		pass(STALE_AFTER_MS - 1, idle, held);
		assert.deepEqual(conditions(), ["1 changing", "2 changing"]);
		pass(1, idle, held);
		assert.deepEqual(conditions(), ["1 stale", "2 pinned"]);
		const counts = { current: 0, changing: 0, stale: 1, pinned: 1 };
		assert.deepEqual(Object.fromEntries(presence.counts().vms), counts);
		assert.equal(presence.counts().proxies, 1);
	});

	test("is warned of once", () => {
		pass(STALE_AFTER_MS + 60_000, idle, held);
		const message = "a VM still runs another revision than the one in force: ";
		assert.deepEqual(log.lines, [
			{
				level: "warn",
				fields: { proxy: "edge", vm: 1, revision: "r1", streams: 0 },
				message: `${message}nothing keeps it: its Envoy may have refused`,
			},
			{
				level: "warn",
				fields: { proxy: "edge", vm: 2, revision: "r1", streams: 3 },
				message: `${message}its streams began with it`,
			},
		]);
	});

	test("is current again where that revision is in force again", () => {
		pass(STALE_AFTER_MS, idle, held);
		inForce = { revision: "r1", sinceMs: clock.now() };
		assert.deepEqual(conditions(), ["1 current", "2 current"]);
	});
});

test("a VM of a proxy that comes later has its own time", () => {
	clock.advance(3 * STALE_AFTER_MS);
	say(1, { revision: "r0" });
	assert.deepEqual(conditions(), ["1 changing"]);
});

test("what a proxy calls itself moves no cursor", () => {
	const speak = () => say(1, { proxy: "a\nb", revision: "r\u001b[31m" });
	speak();
	pass(STALE_AFTER_MS, speak);
	assert.deepEqual(log.lines[0]?.fields, { proxy: "a\\u{a}b", vm: 1, revision: "r\\u{1b}[31m", streams: 0 });
});

test("before there is a revision every VM is changing", () => {
	inForce = undefined;
	const speak = () => say(1);
	speak();
	pass(3 * STALE_AFTER_MS, speak);
	assert.deepEqual(conditions(), ["1 changing"]);
});
