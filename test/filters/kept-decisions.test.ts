import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { FakeHost } from "../support/fake-host.ts";
import { SharedData } from "../support/fake-host-shared-data.ts";
import type { FakeStream } from "../support/fake-host-stream.ts";
import { bodyOf, cache, counter, get, policy, recordOf, say, startFilter } from "../support/filter-host.ts";
import { type LinkedFilter, linkRego } from "../support/linked-filter.ts";

/**
 * Every decision says when it was made, though its Policy is said to be deterministic: so one that was kept shows. The
 * request's headers say how it answers.
 */
const rego = `package shop

wishes := input.attributes.request.http.headers

made := {"headers": {"x-made": sprintf("%d", [time.now_ns()])}}

default lifetime := {}

lifetime := {"ttl": to_number(wishes["x-ttl"])}

allowed := {"allowed": true} if not wishes["x-deny"]

allowed := {"allowed": false, "body": wishes["x-deny"]} if wishes["x-deny"]

decision := object.union_n([made, lifetime, allowed]) if not wishes["x-fail"]

decision := {"allowed": "true"} if wishes["x-fail"] == "type"

decision := {"allowed": false} if wishes["x-fail"] == "conflict"

decision := true if wishes["x-fail"] == "conflict"

other := object.union_n([{"headers": {"x-other": "1"}}, allowed])
`;

const headers = ["attributes", "request", "http", "headers"];
const names = ["x-ttl", "x-deny", "x-fail", "a_b", "a"];
const inProxy = (fields: object = {}) =>
	policy({
		name: "decision",
		entrypoint: "shop/decision",
		placement: "proxy",
		inputs: [["request", "method"], ...names.map((name) => [...headers, name])],
		...fields,
	});

let linked: LinkedFilter;

before(async () => {
	linked = await linkRego({ modules: { "shop.rego": rego }, entrypoints: ["shop/decision", "shop/other"] });
});

const startNs = 1_700_000_000_000_000_000n;

function start(fields: object = {}, options: object = {}): Promise<FakeHost> {
	return startFilter({ policies: [inProxy()], ...fields }, { ...linked, clockNs: startNs, ...options });
}

/** When the decision that a request got was made, in milliseconds since the start. */
function madeAtMs(stream: FakeStream): number {
	const made = stream.localResponse?.headers.get("x-made") ?? stream.requestHeaders.get("x-made");
	assert.ok(made, `${stream.localResponse?.details} has no x-made`);
	return Number((BigInt(made) - startNs) / 1_000_000n);
}

function ask(host: FakeHost, wishes: Record<string, string> = {}): number {
	const stream = get(host, "/", Object.entries(wishes));
	const ms = madeAtMs(stream);
	stream.end();
	return ms;
}

/** The cache's stats; those that a VM tells with its ticks too. */
function stats(host: FakeHost) {
	host.tick();
	return Object.fromEntries(
		["hits", "misses", "entries", "evicted", "expired"].map((name) => [name, counter(host, `sluice_cache.${name}`)]),
	);
}

describe("a decision made in the proxy", () => {
	test("is used again for the same request, and the record says so", async () => {
		const host = await start({ report: { attributes: ["check.cached", "check.placement", "check.outcome"] } });
		const first = get(host, "/");
		assert.equal(recordOf(host, first)["check.cached"], false);
		const again = get(host, "/");
		assert.deepEqual([madeAtMs(first), madeAtMs(again)], [0, 0]);
		assert.equal(again.result, "continue");
		assert.deepEqual(recordOf(host, again), {
			"check.outcome": "allowed",
			"check.placement": "proxy",
			"check.cached": true,
		});
		assert.deepEqual(stats(host), { hits: 1, misses: 1, entries: 1, evicted: 0, expired: 0 });
		assert.equal(counter(host, "sluice_decisions.outcome.allowed.placement.proxy"), 2);
		assert.ok(counter(host, "sluice_cache.bytes") > 0);
	});

	test("denies again with the same answer", async () => {
		const host = await start();
		const [first, again] = [get(host, "/", [["x-deny", "no"]]), get(host, "/", [["x-deny", "no"]])];
		assert.deepEqual([bodyOf(first), bodyOf(again)], ["no", "no"]);
		const apart = ({ localResponse }: FakeStream) =>
			localResponse?.headers.toText().filter(([name]) => name !== "x-sluice-decision-id");
		assert.deepEqual(apart(again), apart(first));
		assert.equal(counter(host, "sluice_cache.hits"), 1);
	});

	const others: [name: string, wishes: Record<string, string>][] = [
		["another value", { a_b: "d" }],
		["a longer value", { a_b: "cc" }],
		["an empty value", { a_b: "" }],
		["no value", {}],
		["the same text cut elsewhere", { a: "b_c" }],
	];
	for (const [name, wishes] of others) {
		test(`is not used for a request that differs: ${name}`, async () => {
			const host = await start();
			assert.equal(ask(host, { a_b: "c" }), 0);
			host.advance(5);
			assert.equal(ask(host, wishes), 5);
			assert.equal(ask(host, { a_b: "c" }), 0);
		});
	}

	test("is used for a request that differs only in what the Policy can't read", async () => {
		const host = await start();
		ask(host);
		host.advance(5);
		assert.equal(madeAtMs(get(host, "/elsewhere", [["x-unread", "1"]])), 0);
	});

	test("is not used for another entrypoint", async () => {
		const policies = [inProxy(), inProxy({ name: "other", entrypoint: "shop/other" })];
		const host = await start({ policies });
		for (const hits of [0, 2]) {
			const stream = get(host, "/");
			assert.deepEqual([madeAtMs(stream), stream.requestHeaders.get("x-other")], [0, "1"]);
			assert.equal(counter(host, "sluice_cache.hits"), hits);
		}
		assert.deepEqual(stats(host), { hits: 2, misses: 2, entries: 2, evicted: 0, expired: 0 });
	});

	test("is not used by another revision, whose VM is another, nor after a new configuration", async () => {
		const sharedData = new SharedData();
		const host = await start({}, { sharedData });
		ask(host);
		const next = await start({ revision: "8".repeat(64) }, { sharedData, clockNs: startNs + 7_000_000n });
		assert.equal(ask(next), 7);
		host.advance(9);
		assert.equal(host.configure(), true);
		assert.equal(ask(host), 9);
	});
});

test("kept decisions of both places are put together", async () => {
	const policies = [inProxy(), policy({ name: "mixer", entrypoint: "m/d" })];
	const host = await start({ policies });
	get(host, "/");
	say(host.grpc.last, { value: { allowed: true, headers: { "x-mixer": "1" } }, forMs: 5000 });
	for (const hits of [2, 4]) {
		const stream = get(host, "/");
		assert.equal(stream.result, "continue");
		assert.deepEqual([madeAtMs(stream), stream.requestHeaders.get("x-mixer")], [0, "1"]);
		assert.equal(counter(host, "sluice_cache.hits"), hits);
	}
});

describe("a decision made in the proxy holds", () => {
	const cases: [name: string, wishes: Record<string, string>, ms: number][] = [
		["as long as is configured", {}, 10_000],
		["as long as it says itself", { "x-ttl": "0.5" }, 500],
		["longer than is configured where it says so", { "x-ttl": "60" }, 60_000],
		["an hour at most", { "x-ttl": "1e9" }, 3_600_000],
		["shorter where it denies", { "x-deny": "no" }, 1000],
		["shorter where it denies, whatever it says itself", { "x-deny": "no", "x-ttl": "60" }, 1000],
		["as long as a denial says itself", { "x-deny": "no", "x-ttl": "0.2" }, 200],
	];
	for (const [name, wishes, ms] of cases) {
		test(name, async () => {
			const host = await start();
			host.timers.tickPeriodMs = 0;
			ask(host, wishes);
			host.advance(ms - 1);
			assert.equal(ask(host, wishes), 0);
			host.advance(1);
			assert.equal(ask(host, wishes), ms);
			assert.deepEqual(stats(host), { hits: 1, misses: 2, entries: 1, evicted: 0, expired: 1 });
		});
	}
});

describe("a decision made in the proxy is never kept", () => {
	for (const ttl of ["0", "-1", "0.0004"]) {
		test(`with ttl: ${ttl}`, async () => {
			const host = await start();
			ask(host, { "x-ttl": ttl });
			assert.deepEqual(stats(host), { hits: 0, misses: 1, entries: 0, evicted: 0, expired: 0 });
			host.advance(1);
			assert.equal(ask(host, { "x-ttl": ttl }), 1);
		});
	}

	test("where its Policy is not deterministic, and the cache is not asked", async () => {
		const host = await start({ policies: [inProxy({ deterministic: false })] });
		ask(host);
		host.advance(3);
		assert.equal(ask(host), 3);
		assert.deepEqual(stats(host), { hits: 0, misses: 0, entries: 0, evicted: 0, expired: 0 });
	});

	for (const fail of ["type", "conflict", "undefined"]) {
		test(`where it is an error: ${fail}`, async () => {
			const host = await start();
			for (let i = 1; i <= 3; i++) {
				assert.equal(get(host, "/", [["x-fail", fail]]).localResponse?.details, "sluice_policy_error");
				assert.deepEqual(stats(host), { hits: 0, misses: i, entries: 0, evicted: 0, expired: 0 });
			}
		});
	}

	for (const off of [{ entries: 0 }, { bytes: 0 }]) {
		test(`where the cache is off: ${JSON.stringify(off)}`, async () => {
			const host = await start({ cache: cache(off) });
			ask(host);
			host.advance(3);
			assert.equal(ask(host), 3);
			assert.deepEqual(stats(host), { hits: 0, misses: 2, entries: 0, evicted: 0, expired: 0 });
		});
	}
});

describe("what is kept is bounded", () => {
	test("in entries: the least recently used goes", async () => {
		const host = await start({ cache: cache({ entries: 2 }) });
		for (const value of ["1", "2", "1", "3"]) ask(host, { a: value });
		host.advance(4);
		assert.deepEqual([ask(host, { a: "1" }), ask(host, { a: "3" }), ask(host, { a: "2" })], [0, 0, 4]);
		assert.deepEqual(stats(host), { hits: 3, misses: 4, entries: 2, evicted: 2, expired: 0 });
	});

	test("in bytes", async () => {
		const host = await start({ cache: cache({ bytes: 8192 }) });
		for (let i = 0; i < 100; i++) {
			ask(host, { a: `${i}`.padStart(1 + i * 5, "x") });
			host.tick();
			assert.ok(counter(host, "sluice_cache.bytes") <= 8192);
		}
		const { entries, evicted } = stats(host);
		assert.ok(entries !== undefined && entries > 1 && entries < 100);
		assert.ok(evicted !== undefined && evicted > 50);
	});
});
