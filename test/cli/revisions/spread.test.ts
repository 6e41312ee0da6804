import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { ProxyWords } from "../../../cli/revisions/proxy-words.ts";
import type { RevisionEvent } from "../../../cli/revisions/revision-event.ts";
import { FOLLOW_MS, SpreadWatch } from "../../../cli/revisions/spread.ts";
import { Presence } from "../../../mixer/presence/presence.ts";
import { HandClock } from "../../mixer/policy/hand-clock.ts";
import { KeptLog } from "../../mixer/server/running-mixer.ts";

let clock: HandClock;
let presence: Presence;
let words: ProxyWords;
let events: RevisionEvent[];
let watch: SpreadWatch;
let vms = 0;

beforeEach(() => {
	clock = new HandClock();
	events = [];
	const onEvent = (event: RevisionEvent) => void events.push(event);
	const logger = new KeptLog();
	presence = new Presence({ clock, inForce: () => undefined, staleAfterMs: () => 60_000, logger });
	words = new ProxyWords({ now: () => clock.now(), logger, onEvent });
	watch = new SpreadWatch({ presence, proxies: words, clock, onEvent });
});

/** So many new VMs of a proxy speak. */
function start(proxy: string, revision: string, count: number): void {
	for (let i = 0; i < count; i++) {
		presence.hear({ proxy, revision, vm: ++vms, epoch: 1n, streams: 0, hadStream: false });
	}
}

function connect(proxy: string, revision: string): void {
	words.onConnect({ proxy });
	words.onAck({ proxy, revision });
}

function follow(from: string, revision: string) {
	return watch.follow({ from, revision, cause: { buildMs: 1400 }, readyMs: clock.now() });
}

function told() {
	return events.flatMap((event) => (event.event === "live" ? [[event.from, event.revision, event.spread]] : []));
}

describe("a revision", () => {
	test("is live once every worker of every proxy runs it", async () => {
		for (const proxy of ["a", "b"]) {
			connect(proxy, "r1");
			start(proxy, "r1", 3);
		}
		const spread = follow("r1", "r2");
		clock.advance(20);
		start("a", "r2", 3);
		start("b", "r2", 2);
		assert.deepEqual(told(), []);
		clock.advance(11);
		start("b", "r2", 1);
		const whole = { live: 4, workers: 4, accepted: 0, refused: 0, proxies: 2, elapsedMs: 31 };
		assert.deepEqual(told(), [["r1", "r2", whole]]);
		assert.deepEqual(await spread, whole);
	});

	test("that comes back is not taken for live by the VMs of its time before", () => {
		connect("a", "r1");
		start("a", "r1", 3);
		clock.advance(1000);
		start("a", "r2", 3);
		follow("r2", "r1");
		assert.deepEqual(told(), []);
		clock.advance(20);
		start("a", "r1", 3);
		assert.deepEqual(told(), [
			["r2", "r1", { live: 2, workers: 2, accepted: 0, refused: 0, proxies: 1, elapsedMs: 20 }],
		]);
	});

	test("counts by its main thread's word a proxy whose VMs speak to nobody", () => {
		connect("a", "r1");
		follow("r1", "r2");
		words.onAck({ proxy: "a", revision: "r2" });
		assert.deepEqual(told(), [
			["r1", "r2", { live: 0, workers: 0, accepted: 1, refused: 0, proxies: 1, elapsedMs: 0 }],
		]);
	});

	test("is waited for no longer where a proxy refuses it", () => {
		connect("a", "r1");
		start("a", "r1", 3);
		follow("r1", "r2");
		words.onNack({ proxy: "a", revision: "r2", detail: "no" });
		assert.deepEqual(told(), [
			["r1", "r2", { live: 0, workers: 2, accepted: 0, refused: 1, proxies: 1, elapsedMs: 0 }],
		]);
	});

	test("is told of as it is when waiting has an end", () => {
		connect("a", "r1");
		start("a", "r1", 3);
		follow("r1", "r2");
		start("a", "r2", 2);
		clock.advance(FOLLOW_MS);
		const spread = { live: 1, workers: 2, accepted: 0, refused: 0, proxies: 1, elapsedMs: FOLLOW_MS };
		assert.deepEqual(told(), [["r1", "r2", spread]]);
	});

	test("is not told of where another one follows, and none once it is over", async () => {
		connect("a", "r1");
		start("a", "r1", 3);
		const first = follow("r1", "r2");
		follow("r2", "r3");
		assert.equal((await first).live, 0);
		watch.stop();
		start("a", "r3", 3);
		assert.deepEqual(told(), []);
	});

	test("is live at once where no proxy is there", () => {
		follow("r1", "r2");
		assert.deepEqual(told(), [
			["r1", "r2", { live: 0, workers: 0, accepted: 0, refused: 0, proxies: 0, elapsedMs: 0 }],
		]);
	});
});
