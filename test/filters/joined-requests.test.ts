import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FakeHost } from "../support/fake-host.ts";
import type { FakeStream } from "../support/fake-host-stream.ts";
import { answer, bodyOf, checks, counter, get, policy, recordOf, say, sealed, startFilter } from "../support/filter-host.ts"; // biome-ignore format: a row

/** How many questions on their way can be joined, and how many streams wait for one (filters/check/joined-checks.ts). */
const MAX_OPEN = 256;
const MAX_WAITERS = 1000;

const start = (fields: object = {}) =>
	startFilter({ policies: [policy({ inputs: [["request", "path"]], failureMode: "deny", ...fields })] });

const times = (host: FakeHost, count: number, path = "/"): FakeStream[] =>
	Array.from({ length: count }, () => get(host, path));

const call = (host: FakeHost, at = 0) => checks(host)[at] ?? assert.fail(`no Check ${at}`);

describe("requests with one question while it is asked", () => {
	test("make one call, and all get its answer", async () => {
		const host = await start();
		const streams = times(host, 5);
		assert.equal(checks(host).length, 1);
		assert.deepEqual(new Set(streams.map(({ result }) => result)), new Set(["paused"]));
		assert.deepEqual([counter(host, "sluice_checks"), counter(host, "sluice_checks_joined")], [1, 4]);
		answer(call(host), { allowed: true, headers: { "x-a": "1" } });
		for (const stream of streams) {
			assert.equal(stream.result, "continue");
			assert.equal(stream.requestHeaders.get("x-a"), "1");
			assert.equal(sealed(stream), true);
		}
		assert.equal(counter(host, "sluice_decisions.outcome.allowed.placement.mixer"), 5);
	});

	test("are denied each under an id of its own, and recorded as not from the cache", async () => {
		const host = await startFilter({ report: { attributes: ["check.cached", "check.outcome"] } });
		const streams = times(host, 3);
		say(call(host), { value: { allowed: false, body: "no" }, forMs: 5000 });
		const ids = streams.map((stream) => stream.localResponse?.headers.get("x-sluice-decision-id"));
		assert.equal(new Set(ids).size, 3);
		assert.deepEqual(streams.map(bodyOf), ["no", "no", "no"]);
		const joined = streams.at(-1) ?? assert.fail();
		assert.deepEqual(recordOf(host, joined), { "check.outcome": "denied", "check.cached": false });
	});

	test("and those with another make calls of their own", async () => {
		const host = await start();
		const [a] = times(host, 2, "/a");
		const [b] = times(host, 2, "/b");
		assert.equal(checks(host).length, 2);
		answer(call(host, 1), false);
		assert.deepEqual([a?.result, a?.localResponse, b?.localResponse?.status], ["paused", undefined, 403]);
		answer(call(host, 0), true);
		assert.equal(a?.result, "continue");
	});

	test("ask again once it is answered, unless the answer holds", async () => {
		const host = await start();
		times(host, 2);
		answer(call(host), true);
		times(host, 2);
		assert.equal(checks(host).length, 2);
		say(call(host, 1), { forMs: 5000 });
		assert.deepEqual(new Set(times(host, 2).map(({ result }) => result)), new Set(["continue"]));
		assert.equal(checks(host).length, 2);
	});

	test("fail together", async () => {
		const host = await start();
		const failed = times(host, 3);
		call(host).fail(14);
		const late = times(host, 3);
		host.advance(201);
		for (const stream of [...failed, ...late]) {
			assert.equal(stream.localResponse?.details, "sluice_unavailable");
			assert.equal(sealed(stream), false);
		}
		assert.equal(counter(host, "sluice_decisions.outcome.unavailable.placement.none"), 6);
	});

	test("ask each for itself where their Policy is not deterministic", async () => {
		const host = await start({ deterministic: false });
		times(host, 3);
		assert.equal(checks(host).length, 3);
		assert.deepEqual([counter(host, "sluice_checks_joined"), counter(host, "sluice_cache.misses")], [0, 0]);
	});
});

describe("a request that is reset while others wait with it", () => {
	test("does them no harm, though it asked first, and the answer is kept", async () => {
		const host = await start();
		const [first, second, third] = times(host, 3);
		first?.end();
		assert.equal(call(host).state, "pending");
		say(call(host), { forMs: 5000 });
		assert.deepEqual([second?.result, third?.result], ["continue", "continue"]);
		assert.equal(first?.result, "paused");
		assert.equal(get(host, "/").result, "continue");
	});

	test("cancels the call when it is the last, and the next one asks anew", async () => {
		const host = await start();
		const [first, second] = times(host, 2);
		second?.end();
		assert.equal(call(host).state, "pending");
		first?.end();
		assert.equal(call(host).state, "cancelled");
		const next = get(host, "/");
		assert.equal(checks(host).length, 2);
		answer(call(host, 1), true);
		assert.equal(next.result, "continue");
	});
});

describe("what waits is bounded", () => {
	test(`by ${MAX_WAITERS} for one call: the next one makes another`, async () => {
		const host = await start();
		const streams = times(host, MAX_WAITERS);
		assert.equal(checks(host).length, 1);
		streams.push(...times(host, 2));
		assert.equal(checks(host).length, 2);
		answer(call(host, 0), true);
		assert.equal(streams.filter(({ result }) => result === "continue").length, MAX_WAITERS);
		answer(call(host, 1), true);
		assert.equal(streams.filter(({ result }) => result === "continue").length, MAX_WAITERS + 2);
	});

	test(`by ${MAX_OPEN} questions that can be joined: beyond, each asks for itself`, async () => {
		const host = await start();
		for (let i = 0; i <= MAX_OPEN; i++) get(host, `/${i}`);
		times(host, 2, `/${MAX_OPEN}`);
		times(host, 2, `/${MAX_OPEN - 1}`);
		assert.equal(checks(host).length, MAX_OPEN + 3);
		answer(call(host, 0), true);
		get(host, "/new");
		times(host, 2, "/new");
		assert.equal(checks(host).length, MAX_OPEN + 4);
	});
});

test("a shadow's question is joined by shadows alone", async () => {
	const inputs = [["request", "path"]];
	const host = await startFilter({
		policies: [policy({ inputs }), policy({ name: "trial", entrypoint: "t/d", inputs, mode: "shadow" })],
	});
	const [first, second] = times(host, 2);
	assert.equal(checks(host).length, 2);
	first?.end();
	answer(call(host, 0), false);
	assert.equal(counter(host, "sluice_shadow_decisions.outcome.denied"), 1);
	answer(call(host, 1), true);
	assert.equal(second?.result, "continue");
});
