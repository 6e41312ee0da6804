import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Decision_Status } from "../../mixer/api/generated/mixer_pb.js";
import type { FakeHost } from "../support/fake-host.ts";
import type { FakeGrpcCall } from "../support/fake-host-grpc.ts";
import {
	answer,
	answerWith,
	bodyOf,
	checks,
	counter,
	Failure,
	get,
	limits,
	policy,
	question,
	REVISION,
	sealed,
	startFilter,
} from "../support/filter-host.ts";

describe("a request", () => {
	test("waits while the Mixer is asked with the policy's own input", async () => {
		const host = await startFilter();
		const stream = get(host, "/books");
		const [call] = checks(host);
		assert.ok(call);
		const asked = question(call);
		assert.equal(stream.result, "paused");
		assert.equal(call.cluster, "sluice-mixer");
		assert.equal(call.service, "sluice.mixer.v1.Mixer");
		assert.equal(call.timeoutMs, 200);
		assert.equal(asked.revision, REVISION);
		assert.deepEqual(asked.entrypoints, ["bookstore/authz/decision"]);
		assert.equal(asked.text, '{"request":{"method":"GET"}}');
		assert.equal(asked.origin?.proxy, "envoy-1");
		assert.equal(asked.origin?.vm, 1);
		assert.match(asked.dedupId, /^d-[0-9a-f]{8}-1$/);
	});

	test("goes on, sealed, when the policy allows", async () => {
		const host = await startFilter();
		const stream = get(host, "/books");
		assert.equal(sealed(stream), false);
		answer(host.grpc.last, true);
		assert.equal(stream.result, "continue");
		assert.equal(sealed(stream), true);
		assert.equal(counter(host, "sluice_decisions.outcome.allowed.placement.mixer"), 1);
		assert.equal(host.metrics.get("sluice_check_latency_us").samples.length, 1);
	});

	test("is answered with the denial's status, headers and body, and the decision's id", async () => {
		const host = await startFilter();
		const stream = get(host, "/admin");
		const { dedupId } = question(host.grpc.last);
		const headers = { "x-why": "role", "www-authenticate": ["Basic", "Bearer"] };
		answer(host.grpc.last, { allowed: false, http_status: 401, headers, body: "readers cannot open /admin" });
		assert.equal(stream.localResponse?.status, 401);
		assert.equal(stream.localResponse?.details, "sluice_denied");
		assert.equal(bodyOf(stream), "readers cannot open /admin");
		assert.deepEqual(stream.localResponse?.headers.toText(), [
			["x-why", "role"],
			["www-authenticate", "Basic"],
			["www-authenticate", "Bearer"],
			["content-type", "text/plain; charset=utf-8"],
			["x-sluice-decision-id", dedupId],
		]);
		assert.equal(stream.result, "paused");
		assert.equal(sealed(stream), false);
	});

	test("is denied with 403 where the policy says no status", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		answer(host.grpc.last, false);
		assert.equal(stream.localResponse?.status, 403);
		assert.equal(bodyOf(stream), "");
	});

	test("that was reset cancels its question, and a late answer changes nothing", async () => {
		const host = await startFilter();
		get(host, "/").end();
		const held = host.outstandingAllocations();
		const stream = get(host, "/");
		const call = host.grpc.last;
		stream.end();
		assert.equal(call.state, "cancelled");
		host.receive(call.token, new Uint8Array([1, 2, 3]));
		assert.equal(stream.localResponse, undefined);
		assert.equal(sealed(stream), false);
		assert.equal(host.outstandingAllocations(), held);
	});

	test("is answered once, however often the Mixer's answer comes", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		const { token } = host.grpc.last;
		answer(host.grpc.last, false);
		host.close(token, 14, "");
		assert.equal(stream.localResponse?.details, "sluice_denied");
		assert.equal(counter(host, "sluice_decisions.outcome.unavailable.placement.none"), 0);
	});

	test("with two different hosts is refused before any policy runs", async () => {
		const host = await startFilter();
		const stream = get(host, "/", [["host", "other.example"]]);
		assert.equal(stream.localResponse?.status, 400);
		assert.equal(stream.localResponse?.details, "sluice_bad_input");
		assert.deepEqual(checks(host), []);
	});

	test("over the input limits is refused before any policy runs", async () => {
		const host = await startFilter({
			limits: limits({ inputBytes: 256 }),
			policies: [policy({ inputs: [["request", "headers"]] })],
		});
		const stream = get(host, "/", [["x-long", "x".repeat(300)]]);
		assert.equal(stream.localResponse?.details, "sluice_bad_input");
		assert.deepEqual(checks(host), []);
	});

	test("by CONNECT, which has no path, is decided", async () => {
		const host = await startFilter({ policies: [policy({ inputs: [["request"]] })] });
		const headers = [
			[":method", "CONNECT"],
			[":authority", "shop.example:443"],
		] as const;
		const stream = host.request({ headers });
		assert.equal(JSON.parse(question(host.grpc.last).text).request.path, undefined);
		answer(host.grpc.last, false);
		assert.equal(stream.localResponse?.status, 403);
	});

	test("leaves no more of the host's memory behind, however many there were", async () => {
		const host = await startFilter({ policies: [policy({ inputs: [[]] })] });
		const held: number[] = [];
		for (let i = 0; i < 200; i++) {
			const stream = get(host, `/books/${i}?q=${i}`, [["cookie", "a=b"]]);
			answer(host.grpc.last, i % 2 === 0 ? true : { allowed: false, body: "no" });
			stream.end();
			held.push(host.outstandingAllocations());
		}
		assert.equal(held.at(-1), held[0]);
	});
});

describe("a response", () => {
	test("carries the decision's id where the configuration says so", async () => {
		const host = await startFilter({ decisionIdInResponses: true });
		const stream = get(host, "/");
		const { dedupId } = question(host.grpc.last);
		answer(host.grpc.last, true);
		stream.respond({ headers: [[":status", "200"]] });
		assert.equal(stream.responseHeaders?.get("x-sluice-decision-id"), dedupId);
	});

	test("gets the headers the policy adds, beside the upstream's own of that name", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: true, response_headers_to_add: { "x-policy-tier": ["staff", "gold"] } });
		stream.respond({
			headers: [
				[":status", "200"],
				["x-policy-tier", "own"],
			],
		});
		assert.deepEqual(stream.responseHeaders?.toText(), [
			[":status", "200"],
			["x-policy-tier", "own"],
			["x-policy-tier", "staff"],
			["x-policy-tier", "gold"],
		]);
	});
});

describe("an unavailable answer", () => {
	const causes: Record<string, (host: FakeHost, call: FakeGrpcCall) => void> = {
		"the call fails": (_, call) => call.fail(14),
		"the deadline passes": (host) => host.advance(201),
		"the answer is damaged": (_, call) => call.answer(new Uint8Array([0x12, 0xff, 0xff, 0xff, 0x7f])),
		"the Mixer holds another revision": (_, call) => answerWith(call, { revision: "8be204", unknownRevision: true }),
		"the Mixer says so": (_, call) => answer(call, new Failure(Decision_Status.UNAVAILABLE)),
		"the decision is missing": (_, call) => answerWith(call, { revision: REVISION, decisions: [] }),
		"the decision has no status": (_, call) => answer(call, new Failure(Decision_Status.UNSPECIFIED)),
	};

	for (const [cause, happen] of Object.entries(causes)) {
		test(`denies with 503 under failureMode deny when ${cause}`, async () => {
			const host = await startFilter();
			const stream = get(host, "/");
			happen(host, host.grpc.last);
			assert.equal(stream.localResponse?.status, 503);
			assert.equal(stream.localResponse?.details, "sluice_unavailable");
			assert.equal(sealed(stream), false);
			assert.equal(counter(host, "sluice_decisions.outcome.unavailable.placement.none"), 1);
		});

		test(`lets through under failureMode allow when ${cause}`, async () => {
			const host = await startFilter({ policies: [policy({ failureMode: "allow" })] });
			const stream = get(host, "/");
			happen(host, host.grpc.last);
			assert.equal(stream.result, "continue");
			assert.equal(sealed(stream), true);
			assert.equal(counter(host, "sluice_decisions.outcome.unavailable.placement.none"), 1);
		});
	}

	test("comes at once where Envoy can't make the call", async () => {
		const host = await startFilter();
		host.grpc.refuseWith = 10;
		assert.equal(get(host, "/").localResponse?.details, "sluice_unavailable");
	});
});

describe("a policy's error", () => {
	for (const status of [Decision_Status.UNDEFINED, Decision_Status.POLICY_ERROR]) {
		test(`denies whatever the failureMode: ${Decision_Status[status]}`, async () => {
			const host = await startFilter({ policies: [policy({ failureMode: "allow" })] });
			const stream = get(host, "/");
			answer(host.grpc.last, new Failure(status));
			assert.equal(stream.localResponse?.status, 403);
			assert.equal(stream.localResponse?.details, "sluice_policy_error");
			assert.equal(sealed(stream), false);
		});
	}
});

describe("several Policies", () => {
	const both = [policy({ name: "a", entrypoint: "a/d" }), policy({ name: "b", entrypoint: "b/d" })];

	test("are asked in one call over one input", async () => {
		const policies = [
			policy({ name: "a", entrypoint: "a/d" }),
			policy({ name: "b", entrypoint: "b/d", inputs: [["request", "host"]] }),
		];
		const host = await startFilter({ policies });
		get(host, "/");
		assert.equal(checks(host).length, 1);
		assert.deepEqual(question(host.grpc.last).entrypoints, ["a/d", "b/d"]);
		assert.equal(question(host.grpc.last).text, '{"request":{"host":"shop.example","method":"GET"}}');
	});

	test("must all allow, and the first denial answers", async () => {
		const host = await startFilter({ policies: both });
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: false, body: "a says no" }, { allowed: false, body: "b says no" });
		assert.equal(bodyOf(stream), "a says no");
	});

	test("change headers in their order", async () => {
		const host = await startFilter({ policies: both });
		const stream = get(host, "/");
		answer(
			host.grpc.last,
			{ allowed: true, headers: { "x-tier": "a" } },
			{ allowed: true, headers: { "x-tier": "b" } },
		);
		assert.equal(stream.requestHeaders.get("x-tier"), "b");
	});

	test("change nothing where one denies", async () => {
		const host = await startFilter({ policies: both });
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: true, headers: { "x-tier": "a" } }, false);
		assert.equal(stream.requestHeaders.get("x-tier"), undefined);
		assert.deepEqual(stream.localResponse?.headers.get("x-tier"), undefined);
	});

	test("fail each by its own failureMode", async () => {
		const host = await startFilter({ policies: [policy({ name: "a", failureMode: "allow" }), policy({ name: "b" })] });
		const unavailable = new Failure(Decision_Status.UNAVAILABLE);
		const allowed = get(host, "/");
		answer(host.grpc.last, unavailable, true);
		assert.equal(allowed.result, "continue");
		const denied = get(host, "/");
		answer(host.grpc.last, true, unavailable);
		assert.equal(denied.localResponse?.details, "sluice_unavailable");
	});
});

describe("a shadow Policy", () => {
	const policies = [
		policy(),
		policy({ name: "trial", entrypoint: "trial/d", mode: "shadow", inputs: [["request", "host"]] }),
	];

	test("is asked apart and delays nothing", async () => {
		const host = await startFilter({ policies });
		const stream = get(host, "/");
		const [first, second] = checks(host).map(question);
		assert.deepEqual(first?.entrypoints, ["trial/d"]);
		assert.equal(first?.text, '{"request":{"host":"shop.example"}}');
		assert.equal(second?.text, '{"request":{"method":"GET"}}');
		answer(host.grpc.last, true);
		assert.equal(stream.result, "continue");
	});

	test("changes nothing whatever it says, and is counted", async () => {
		const host = await startFilter({ policies });
		const stream = get(host, "/");
		const [shadow] = checks(host);
		assert.ok(shadow);
		answer(shadow, { allowed: false, headers: { "x-a": "b" } });
		assert.equal(stream.localResponse, undefined);
		answer(host.grpc.last, true);
		assert.equal(stream.requestHeaders.get("x-a"), undefined);
		assert.equal(stream.result, "continue");
		assert.equal(counter(host, "sluice_shadow_decisions.outcome.denied"), 1);
	});
});
