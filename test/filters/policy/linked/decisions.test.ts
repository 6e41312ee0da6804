import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Decision_Status } from "../../../../mixer/api/generated/mixer_pb.js";
import type { FakeHost } from "../../../support/fake-host.ts";
import {
	answer,
	bodyOf,
	checks,
	counter,
	Failure,
	get,
	limits,
	policy,
	question,
	recordOf,
	sealed,
	startFilter,
} from "../../../support/filter-host.ts";
import { type LinkedFilter, linkRego } from "../../../support/linked-filter.ts";

const rego = `package shop

role := object.get(input.attributes.request.http.headers, "x-role", "nobody")

decision := {"allowed": true, "headers": {"x-tier": data.tiers[role]}, "rule": "known"} if {
	data.tiers[role]
} else := {
	"allowed": false,
	"http_status": 401,
	"headers": {"x-why": role},
	"body": concat(" ", [role, "may not"]),
	"rule": "unknown",
	"reason": "role",
} if {
	role != "void"
}

first := {"allowed": true, "headers": {"x-order": "first", "x-first": "1"}} if role != "stopped"

first := {"allowed": false, "body": "first says no"} if role == "stopped"

second := {"allowed": true, "headers": {"x-order": "second"}} if role != "nobody"

second := {"allowed": false, "body": "second says no"} if role == "nobody"

wrong := {"allowed": "true"}

number := 7
`;

const headers = [["attributes", "request", "http", "headers", "x-role"]];
let linked: LinkedFilter;

before(async () => {
	const rules = ["decision", "first", "second", "wrong", "number"];
	linked = await linkRego({
		modules: { "shop.rego": rego },
		data: { tiers: { staff: "gold", reader: "blue" } },
		entrypoints: rules.map((rule) => `shop/${rule}`),
	});
});

function inProxy(rule: string, fields: object = {}) {
	return policy({ name: rule, entrypoint: `shop/${rule}`, placement: "proxy", inputs: headers, ...fields });
}

function start(policies: readonly object[], fields: object = {}): Promise<FakeHost> {
	return startFilter({ policies, ...fields }, linked);
}

const as = (role: string) => [["x-role", role]] as const;
const recorded = { report: { attributes: ["outcome", "placement", "policy", "rule", "reason", "cached", "shadow"].map((name) => `check.${name}`) } }; // biome-ignore format: a row

describe("a Policy in the proxy", () => {
	test("allows without any call, and its headers reach the upstream", async () => {
		const host = await start([inProxy("decision")], recorded);
		const stream = get(host, "/", as("staff"));
		assert.equal(stream.result, "continue");
		assert.equal(sealed(stream), true);
		assert.equal(stream.requestHeaders.get("x-tier"), "gold");
		assert.deepEqual(host.grpc.calls, []);
		assert.equal(counter(host, "sluice_decisions.outcome.allowed.placement.proxy"), 1);
		assert.equal(host.metrics.get("sluice_evaluation_us").samples.length, 1);
		assert.equal(host.metrics.get("sluice_check_latency_us").samples.length, 0);
		assert.deepEqual(recordOf(host, stream), {
			"check.outcome": "allowed",
			"check.placement": "proxy",
			"check.policy": "decision",
			"check.rule": "known",
			"check.cached": false,
		});
	});

	test("denies with its own status, headers and body", async () => {
		const host = await start([inProxy("decision")], recorded);
		const stream = get(host, "/", as("guest"));
		assert.equal(stream.localResponse?.status, 401);
		assert.equal(stream.localResponse?.details, "sluice_denied");
		assert.equal(bodyOf(stream), "guest may not");
		assert.equal(stream.localResponse?.headers.get("x-why"), "guest");
		assert.equal(sealed(stream), false);
		assert.deepEqual(recordOf(host, stream), {
			"check.outcome": "denied",
			"check.placement": "proxy",
			"check.policy": "decision",
			"check.rule": "unknown",
			"check.reason": "role",
			"check.cached": false,
		});
	});

	const faults: [rule: string, role: string, fault: string][] = [
		["decision", "void", "the decision is undefined"],
		["wrong", "staff", "allowed is not a boolean"],
		["number", "staff", "the decision is neither a boolean nor an object"],
	];
	for (const [rule, role, fault] of faults) {
		test(`is denied whatever the failureMode where ${fault}`, async () => {
			const host = await start([inProxy(rule, { failureMode: "allow" })], recorded);
			const stream = get(host, "/", as(role));
			assert.equal(stream.localResponse?.status, 403);
			assert.equal(stream.localResponse?.details, "sluice_policy_error");
			assert.equal(sealed(stream), false);
			const id = stream.localResponse?.headers.get("x-sluice-decision-id");
			assert.deepEqual(host.logLines(4), [`sluice: policy ${rule}: ${fault} (${id})`]);
			assert.equal(counter(host, "sluice_decisions.outcome.policy_error.placement.proxy"), 1);
			const record = recordOf(host, stream);
			assert.deepEqual([record["check.placement"], record["check.reason"]], ["proxy", fault]);
		});
	}

	test("decides the same while Envoy can't reach the Mixer", async () => {
		const host = await start([inProxy("decision")]);
		host.grpc.refuseWith = 10;
		assert.equal(get(host, "/", as("reader")).requestHeaders.get("x-tier"), "blue");
		assert.equal(get(host, "/", as("guest")).localResponse?.status, 401);
	});

	test("is asked only about what it targets", async () => {
		const targets = [{ pathPrefix: "/admin" }];
		const host = await start([inProxy("decision", { targets })], { default: "allow" });
		assert.equal(get(host, "/books", as("guest")).result, "continue");
		assert.equal(get(host, "/admin/x", as("guest")).localResponse?.status, 401);
		assert.equal(get(host, "/a/..;/admin", as("guest")).localResponse?.status, 401);
	});

	test("does not see a request over the limits, which is answered 400", async () => {
		const host = await start([inProxy("decision")], { ...recorded, limits: limits({ inputBytes: 256 }) });
		const stream = get(host, "/", as("x".repeat(300)));
		assert.equal(stream.localResponse?.status, 400);
		assert.equal(stream.localResponse?.details, "sluice_bad_input");
		assert.equal(host.metrics.get("sluice_evaluation_us").samples.length, 0);
		assert.equal(counter(host, "sluice_cache.misses"), 0);
		assert.equal(recordOf(host, stream)["check.placement"], "none");
		assert.equal(get(host, "/", as("staff")).result, "continue");
	});
});

describe("several Policies in the proxy", () => {
	const both = [inProxy("first"), inProxy("second")];

	test("change headers in the order of their names", async () => {
		const stream = get(await start(both), "/", as("staff"));
		assert.equal(stream.requestHeaders.get("x-order"), "second");
		assert.equal(stream.requestHeaders.get("x-first"), "1");
	});

	test("must all allow, and the first denial answers and changes nothing", async () => {
		const host = await start(both, recorded);
		const denied = get(host, "/", as("nobody"));
		assert.equal(bodyOf(denied), "second says no");
		assert.equal(denied.requestHeaders.get("x-first"), undefined);
		const record = recordOf(host, denied);
		assert.deepEqual([record["check.policy"], record["check.outcome"]], ["second", "denied"]);
		assert.equal(bodyOf(get(host, "/", as("stopped"))), "first says no");
	});
});

describe("a Policy in the proxy and one in the Mixer", () => {
	const orders = {
		"the proxy's first": [inProxy("first"), policy({ name: "second", entrypoint: "m/d" })],
		"the Mixer's first": [policy({ name: "a", entrypoint: "m/d" }), inProxy("first")],
	};
	for (const [order, policies] of Object.entries(orders)) {
		const proxyFirst = order === "the proxy's first";

		test(`are put together, ${order}`, async () => {
			const host = await start(policies, recorded);
			const stream = get(host, "/", as("staff"));
			assert.equal(stream.result, "paused");
			assert.deepEqual(question(host.grpc.last).entrypoints, ["m/d"]);
			assert.equal(question(host.grpc.last).text, '{"request":{"method":"GET"}}');
			answer(host.grpc.last, { allowed: true, headers: { "x-order": "mixer" } });
			assert.equal(stream.result, "continue");
			assert.equal(stream.requestHeaders.get("x-order"), proxyFirst ? "mixer" : "first");
			assert.equal(recordOf(host, stream)["check.placement"], proxyFirst ? "mixer" : "proxy");
		});

		test(`must both allow, ${order}`, async () => {
			const host = await start(policies);
			const byMixer = get(host, "/", as("staff"));
			answer(host.grpc.last, { allowed: false, body: "mixer says no" });
			assert.equal(bodyOf(byMixer), "mixer says no");
			const byProxy = get(host, "/", as("stopped"));
			answer(host.grpc.last, true);
			assert.equal(bodyOf(byProxy), "first says no");
			const byBoth = get(host, "/", as("stopped"));
			answer(host.grpc.last, { allowed: false, body: "mixer says no" });
			assert.equal(bodyOf(byBoth), proxyFirst ? "first says no" : "mixer says no");
		});

		test(`fail each in its own way, ${order}`, async () => {
			const host = await start(policies);
			const stopped = get(host, "/", as("stopped"));
			answer(host.grpc.last, new Failure(Decision_Status.UNAVAILABLE));
			const expected = proxyFirst ? "sluice_denied" : "sluice_unavailable";
			assert.equal(stopped.localResponse?.details, expected);
			host.grpc.refuseWith = 10;
			assert.equal(get(host, "/", as("staff")).localResponse?.details, "sluice_unavailable");
		});
	}
});

describe("a shadow in the proxy", () => {
	const shadow = inProxy("second", { name: "trial", mode: "shadow" });

	test("changes nothing, makes no call, and is counted and recorded", async () => {
		const host = await start([inProxy("first"), shadow], recorded);
		const stream = get(host, "/", as("nobody"));
		assert.equal(stream.result, "continue");
		assert.equal(stream.requestHeaders.get("x-order"), "first");
		assert.deepEqual(host.grpc.calls, []);
		assert.equal(counter(host, "sluice_shadow_decisions.outcome.denied"), 1);
		const record = recordOf(host, stream);
		assert.deepEqual(record["check.shadow"], { trial: "denied" });
		assert.equal(record["check.policy"], "first");
	});

	test("that fails changes nothing either", async () => {
		const host = await start([inProxy("first"), inProxy("wrong", { name: "trial", mode: "shadow" })], recorded);
		const stream = get(host, "/", as("staff"));
		assert.equal(stream.result, "continue");
		assert.deepEqual(recordOf(host, stream)["check.shadow"], { trial: "policy_error" });
	});

	test("stands beside one that the Mixer decides", async () => {
		const host = await start([policy(), shadow], recorded);
		const stream = get(host, "/", as("nobody"));
		assert.equal(checks(host).length, 1);
		answer(host.grpc.last, true);
		assert.equal(stream.result, "continue");
		const record = recordOf(host, stream);
		assert.deepEqual([record["check.shadow"], record["check.placement"]], [{ trial: "denied" }, "mixer"]);
	});
});
