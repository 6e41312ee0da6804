import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DecisionFeed, FLUSH_MS, KEPT_DECISIONS, MAX_CLIENTS } from "../../../mixer/decisions/decision-feed.ts";
import { MAX_BACKLOG_BYTES } from "../../../mixer/decisions/page-client.ts";
import { ManualClock } from "../report/manual-clock.ts";
import { decided, FeedReader } from "./feed-reader.ts";

function feedAt(clock = new ManualClock()) {
	const told = { missed: 0, notShown: 0 };
	const feed = new DecisionFeed({ clock, server: "s" });
	feed.observe({
		missed: (decisions) => {
			told.missed += decisions;
		},
		notShown: (decisions) => {
			told.notShown += decisions;
		},
	});
	return { feed, clock, told };
}

const numbers = (decisions: readonly { number: number }[]) => decisions.map(({ number }) => number);

describe("the decision feed", () => {
	test("greets a page with what there was, and sends what comes in few events", async () => {
		const { feed, clock } = feedAt();
		feed.add([decided("allowed")]);
		const page = new FeedReader();
		feed.open(page);
		assert.deepEqual(page.events, [
			{
				event: "hello",
				value: {
					server: "s",
					sinceMs: 0,
					decisions: [{ number: 1, attributes: { "check.outcome": "allowed" } }],
					totals: { allowed: 1 },
					seconds: [],
				},
			},
		]);
		feed.add([decided("denied")]);
		feed.add([decided("allowed")]);
		assert.equal(page.events.length, 1, "nothing is sent at once");
		await clock.advance(FLUSH_MS);
		assert.deepEqual(
			page.of("decisions").map(({ decisions }) => numbers(decisions)),
			[[2, 3]],
		);
	});

	test("tells of every second that has ended, exactly", async () => {
		const { feed, clock } = feedAt();
		const page = new FeedReader();
		feed.open(page);
		feed.add([decided("allowed", { "check.duration": 8000 }), decided("quota_denied"), decided("unavailable")]);
		await clock.advance(2000);
		assert.deepEqual(page.of("progress"), [
			{
				totals: { allowed: 1, quota_denied: 1, unavailable: 1 },
				seconds: [{ at: 0, allowed: 1, refused: 1, failed: 1, p50Us: 8, p99Us: 8 }],
				notShown: 0,
			},
			{
				totals: { allowed: 1, quota_denied: 1, unavailable: 1 },
				seconds: [{ at: 1, allowed: 0, refused: 0, failed: 0 }],
				notShown: 0,
			},
		]);
	});

	test("shows some decisions of a busy second and counts all, and what passes crowds out nothing", async () => {
		const { feed, clock, told } = feedAt();
		const page = new FeedReader();
		feed.open(page);
		feed.add([...Array.from({ length: 10_000 }, () => decided("allowed")), decided("denied"), decided("none")]);
		await clock.advance(1000);
		const shown = page.of("decisions").flatMap(({ decisions }) => decisions);
		const outcomes = shown.map(({ attributes }) => attributes["check.outcome"]);
		assert.deepEqual([outcomes.length, outcomes.slice(-2)], [42, ["denied", "none"]]);
		const [progress] = page.of("progress");
		assert.deepEqual([progress.totals, progress.notShown], [{ allowed: 10_000, denied: 1, none: 1 }, 9960]);
		assert.equal(told.notShown, 9960);
		feed.add([decided("allowed")]);
		await clock.advance(FLUSH_MS);
		assert.equal(page.of("decisions").length, 2, "the next second shows again");
	});

	test("keeps the last decisions, however many came, with or without a page", async () => {
		const { feed, clock } = feedAt();
		for (let second = 0; second < 20; second++) {
			feed.add(Array.from({ length: 40 }, () => decided("allowed")));
			await clock.advance(1000);
		}
		const page = new FeedReader();
		feed.open(page);
		const [{ decisions, seconds }] = page.of("hello");
		assert.equal(decisions.length, KEPT_DECISIONS);
		assert.equal(decisions.at(-1).number, 800);
		assert.equal(seconds.length, 20);
	});

	test("leaves out what a slow page can't take, tells it, and no other page", async () => {
		const { feed, clock, told } = feedAt();
		const [slow, quick] = [new FeedReader(), new FeedReader()];
		feed.open(slow);
		feed.open(quick);
		slow.writableLength = MAX_BACKLOG_BYTES + 1;
		feed.add([decided("allowed"), decided("denied")]);
		await clock.advance(FLUSH_MS);
		slow.writableLength = 0;
		feed.add([decided("none")]);
		await clock.advance(FLUSH_MS);
		const kinds = (page: FeedReader) => page.events.map(({ event }) => event);
		assert.deepEqual(kinds(slow), ["hello", "missed", "decisions"]);
		assert.deepEqual(slow.of("missed"), [{ decisions: 2 }]);
		assert.deepEqual(kinds(quick), ["hello", "decisions", "decisions"]);
		assert.equal(told.missed, 2);
	});

	test("works only while a page is open, and has so many at most", async () => {
		const { feed, clock } = feedAt();
		const closes = Array.from({ length: MAX_CLIENTS }, () => feed.open(new FeedReader()));
		assert.deepEqual([feed.isFull, feed.clients], [true, MAX_CLIENTS]);
		assert.equal(clock.next, FLUSH_MS);
		for (const close of closes) close();
		assert.deepEqual([feed.isFull, feed.clients, clock.next], [false, 0, undefined]);
	});

	test("shows nothing of a silence that is longer than the chart", async () => {
		const { feed, clock } = feedAt();
		feed.add([decided("allowed")]);
		await clock.advance(3_600_000);
		feed.add([decided("allowed")]);
		const page = new FeedReader();
		feed.open(page);
		assert.deepEqual(page.of("hello")[0].seconds, [{ at: 3599, allowed: 1, refused: 0, failed: 0 }]);
	});
});
