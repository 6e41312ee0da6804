import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import type { FakeHost } from "../support/fake-host.ts";
import {
	answerWith,
	bodyOf,
	cache,
	checks,
	counter,
	get,
	policy,
	question,
	REVISION,
	recordOf,
	type Said,
	say,
	startFilter,
} from "../support/filter-host.ts";

const last = (host: FakeHost) => checks(host).at(-1) ?? assert.fail("no Check");
const policyNamed = (name: string, fields: object = {}) => policy({ name, entrypoint: `${name}/d`, ...fields });

/** Whether the Mixer is asked about a request; its answer is left open. */
function isAsked(host: FakeHost, method = "GET"): boolean {
	const before = checks(host).length;
	host.request({ headers: [[":method", method], [":path", "/"], [":authority", "shop.example"]] }); // biome-ignore format: a row
	return checks(host).length > before;
}

describe("an answer of the Mixer's", () => {
	test("is used again while it holds, counted from the question on, and the record says so", async () => {
		const host = await startFilter({ report: { attributes: ["check.cached", "check.placement", "check.rule"] } });
		const first = get(host, "/");
		host.advance(100);
		say(last(host), { value: { allowed: true, rule: "r", headers: { "x-a": "1" } }, forMs: 5000 });
		assert.equal(recordOf(host, first)["check.cached"], false);
		host.advance(3899);
		const again = get(host, "/");
		assert.equal(again.result, "continue");
		assert.equal(again.requestHeaders.get("x-a"), "1");
		assert.deepEqual([counter(host, "sluice_cache.hits"), counter(host, "sluice_cache.misses")], [1, 1]);
		assert.equal(counter(host, "sluice_checks"), 1);
		host.advance(1);
		assert.equal(isAsked(host), true);
		assert.deepEqual(recordOf(host, again), {
			"check.cached": true,
			"check.placement": "mixer",
			"check.rule": "r",
		});
	});

	test("denies again with the same answer, for a denial's time", async () => {
		const host = await startFilter();
		get(host, "/");
		say(last(host), { value: { allowed: false, http_status: 401, body: "no" }, forMs: 5000 });
		host.advance(999);
		const again = get(host, "/");
		assert.deepEqual([again.localResponse?.status, bodyOf(again)], [401, "no"]);
		host.advance(1);
		assert.equal(isAsked(host), true);
	});

	test("is not used for another question", async () => {
		const host = await startFilter();
		get(host, "/");
		say(last(host), { forMs: 5000 });
		assert.equal(isAsked(host, "PUT"), true);
		assert.equal(isAsked(host, "GET"), false);
	});

	const dropped: [name: string, said: Said[], fields?: object][] = [
		["it says that it doesn't hold", [{}, {}]],
		["one of its decisions doesn't hold", [{ forMs: 5000 }, {}]],
		["the first of its decisions doesn't hold", [{}, { forMs: 5000 }]],
		["the first of its decisions is unavailable", [{ forMs: 5000, status: Decision_Status.UNAVAILABLE }, { forMs: 5000 }]],
		["one of its decisions is missing", [{ forMs: 5000 }]],
		["one of its decisions is unavailable", [{ forMs: 5000 }, { forMs: 5000, status: Decision_Status.UNAVAILABLE }]],
		["one of its decisions is an error", [{ forMs: 5000 }, { forMs: 5000, status: Decision_Status.POLICY_ERROR }]],
		["one of its decisions is undefined", [{ forMs: 5000 }, { forMs: 5000, status: Decision_Status.UNDEFINED }]],
		["one of its decisions is of a wrong type", [{ forMs: 5000 }, { forMs: 5000, value: { allowed: "yes" } }]],
		["a Policy is not deterministic", [{ forMs: 5000 }, { forMs: 5000 }], { deterministic: false }],
		["a Policy is not deterministic, and denies", [{ forMs: 5000 }, { forMs: 5000, value: false }], { deterministic: false }],
	]; // biome-ignore format: a row each
	for (const [name, said, fields] of dropped) {
		test(`is not kept where ${name}`, async () => {
			const policies = [
				policyNamed("a", { failureMode: "allow" }),
				policyNamed("b", { failureMode: "allow", ...fields }),
			];
			const host = await startFilter({ policies });
			get(host, "/");
			say(last(host), ...said);
			assert.equal(isAsked(host), true);
			host.tick();
			assert.equal(counter(host, "sluice_cache.entries"), 0);
		});
	}

	test("is not kept where the Mixer no longer has the revision, or the cache is off", async () => {
		const host = await startFilter();
		get(host, "/");
		const decisions = [{ status: Decision_Status.OK, value: new TextEncoder().encode("true"), validDurationMs: 5000 }];
		answerWith(last(host), { revision: REVISION, decisions, unknownRevision: true });
		assert.equal(isAsked(host), true);
		const off = await startFilter({ cache: cache({ entries: 0 }) });
		get(off, "/");
		say(last(off), { forMs: 5000 });
		assert.equal(isAsked(off), true);
	});

	for (const [ofA, ofB] of [
		[5000, 700],
		[700, 5000],
	]) {
		test(`with several decisions holds as long as the shortest, and brings them all: ${ofA}, ${ofB}`, async () => {
			const host = await startFilter({ policies: [policyNamed("a"), policyNamed("b")] });
			get(host, "/");
			const a = { value: { allowed: true, headers: { "x-a": "a" } }, forMs: ofA ?? 0 };
			say(last(host), a, { value: { allowed: true, headers: { "x-b": "b" } }, forMs: ofB ?? 0 });
			host.advance(699);
			const again = get(host, "/");
			assert.deepEqual([again.requestHeaders.get("x-a"), again.requestHeaders.get("x-b")], ["a", "b"]);
			host.advance(1);
			assert.equal(isAsked(host), true);
		});
	}

	test("is not taken for that of other Policies", async () => {
		const targets = [{ pathPrefix: "/b" }];
		const host = await startFilter({ policies: [policyNamed("a"), policyNamed("b", { targets })] });
		get(host, "/");
		say(last(host), { forMs: 5000 });
		get(host, "/b");
		assert.deepEqual(question(last(host)).entrypoints, ["a/d", "b/d"]);
	});

	test("is kept for what was asked, though the decision changes what Envoy knows of the request", async () => {
		const host = await startFilter({ policies: [policy({ inputs: [["route", "name"]] })] });
		const pseudo = [[":method", "GET"], [":path", "/"], [":authority", "shop.example"]] as const; // biome-ignore format: a row
		const on = (route: string) => host.request({ headers: pseudo, properties: { "xds.route_name": route } });
		const first = on("public");
		first.properties = { "xds.route_name": "admin" };
		say(last(host), { value: { allowed: true, headers: { "x-a": "1" } }, forMs: 5000 });
		assert.equal(first.result, "continue");
		assert.equal(on("admin").result, "paused");
		assert.equal(question(last(host)).text, '{"route":{"name":"admin"}}');
	});

	test("to a shadow is used again too", async () => {
		const host = await startFilter({ policies: [policyNamed("a"), policyNamed("trial", { mode: "shadow" })] });
		get(host, "/");
		const [shadow, enforced] = checks(host);
		say(shadow ?? assert.fail(), { value: false, forMs: 5000 });
		say(enforced ?? assert.fail(), { forMs: 5000 });
		assert.equal(isAsked(host), false);
		assert.equal(counter(host, "sluice_shadow_decisions.outcome.denied"), 2);
		host.advance(1000);
		assert.equal(isAsked(host), true);
		assert.deepEqual(question(last(host)).entrypoints, ["trial/d"]);
	});
});
