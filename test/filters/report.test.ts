import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { FakeHost } from "../support/fake-host.ts";
import {
	acknowledge,
	answer,
	counter,
	get,
	policy,
	REVISION,
	recordsOf,
	reportOf,
	reports,
	startFilter,
} from "../support/filter-host.ts";

const attributes = (...names: string[]) => ({ report: { attributes: names } });

/** Requests that are allowed and end at once. */
function requests(host: FakeHost, count: number): void {
	for (let i = 0; i < count; i++) {
		const stream = get(host, "/books");
		answer(host.grpc.calls.filter(({ method }) => method === "Check").at(-1) ?? assert.fail(), true);
		stream.end({ "response.code": 200 });
	}
}

function ledger(host: FakeHost) {
	const reasons = ["overflow", "rejected", "too_large"];
	return {
		sent: counter(host, "sluice_reports.sent"),
		acknowledged: counter(host, "sluice_reports.acknowledged"),
		dropped: reasons.reduce((sum, reason) => sum + counter(host, `sluice_reports.dropped.reason.${reason}`), 0),
		lost: counter(host, "sluice_reports.lost"),
		pending: pending(host),
	};
}

/** What the holders have, all together. */
function pending(host: FakeHost): number {
	const holders = host.metrics.names.filter((name) => name.startsWith("sluice_reports.pending.holder."));
	return holders.reduce((sum, name) => sum + counter(host, name), 0);
}

describe("a record", () => {
	test("says what was decided, by whom and why", async () => {
		const names = ["id", "decision", "outcome", "policy", "rule", "reason", "revision", "placement", "cached"];
		const host = await startFilter(attributes(...names.map((name) => `check.${name}`)));
		const stream = get(host, "/admin");
		answer(host.grpc.last, { allowed: false, rule: "staff_only", reason: "role" });
		stream.end();
		host.advance(1000);
		const [record] = recordsOf(reports(host)[0] ?? assert.fail());
		assert.match(String(record?.["check.id"]), /^d-[0-9a-f]{8}-1$/);
		assert.deepEqual(
			{ ...record, "check.id": "" },
			{
				"check.id": "",
				"check.decision": "deny",
				"check.outcome": "denied",
				"check.policy": "bookstore",
				"check.rule": "staff_only",
				"check.reason": "role",
				"check.revision": REVISION,
				"check.placement": "mixer",
				"check.cached": false,
			},
		);
	});

	test("is made for a stream that ended before it was decided", async () => {
		const host = await startFilter(attributes("check.outcome", "request.method"));
		get(host, "/").end();
		host.advance(1000);
		assert.deepEqual(recordsOf(reports(host)[0] ?? assert.fail()), [
			{ "check.outcome": "none", "request.method": "GET" },
		]);
	});

	test("is made for a stream whose headers never came to the filter", async () => {
		const host = await startFilter(attributes("check.outcome", "request.method"));
		host.requestLoggedOnly({ headers: [[":method", "GET"]] });
		host.advance(1000);
		assert.deepEqual(recordsOf(reports(host)[0] ?? assert.fail()), [
			{ "check.outcome": "none", "request.method": "GET" },
		]);
	});

	test("holds no secret", async () => {
		const host = await startFilter(attributes("request.headers", "request.path"));
		const stream = get(host, "/p?access_token=s3cret&a=1", [["Authorization", "Bearer s3cret"]]);
		stream.end();
		host.advance(1000);
		const call = reports(host)[0] ?? assert.fail();
		assert.equal(Buffer.from(call.request).includes("s3cret"), false);
		const [record] = recordsOf(call);
		assert.equal(record?.["request.path"], "/p?access_token=[redacted]&a=1");
	});

	test("of a shadow's answer names it", async () => {
		const policies = [policy(), policy({ name: "trial", entrypoint: "t/d", mode: "shadow" })];
		const host = await startFilter({ ...attributes("check.shadow"), policies });
		const stream = get(host, "/");
		const [shadow] = host.grpc.calls;
		answer(shadow ?? assert.fail(), false);
		answer(host.grpc.last, true);
		stream.end();
		host.advance(1000);
		assert.deepEqual(recordsOf(reports(host)[0] ?? assert.fail()), [{ "check.shadow": { trial: "denied" } }]);
	});
});

describe("a batch", () => {
	test("goes out when it holds 100 records", async () => {
		const host = await startFilter();
		requests(host, 99);
		assert.equal(reports(host).length, 0);
		requests(host, 1);
		const [call] = reports(host);
		assert.equal(reportOf(call ?? assert.fail()).records.length, 100);
		assert.equal(reportOf(call ?? assert.fail()).sequence, 1n);
	});

	test("goes out within a second", async () => {
		const host = await startFilter();
		requests(host, 1);
		host.advance(999);
		assert.equal(reports(host).length, 1);
	});

	test("is closed before it holds more than 64 KiB", async () => {
		const host = await startFilter(attributes("request.headers"));
		for (let i = 0; i < 8; i++) get(host, "/", [["x-long", `${i}`.repeat(20_000)]]).end();
		assert.deepEqual(
			reports(host).map((call) => reportOf(call).records.length),
			[3, 3],
		);
		for (const { request } of reports(host)) assert.ok(request.length <= 65_536, `${request.length} bytes`);
		host.advance(1000);
		assert.equal(reportOf(reports(host)[2] ?? assert.fail()).records.length, 2);
		assert.equal(ledger(host).pending, 8);
	});

	test("holds a single record that is larger, and what is too large for any is counted", async () => {
		const host = await startFilter(attributes("request.headers"));
		get(host, "/").end();
		get(host, "/", [["x-long", "1".repeat(100_000)]]).end();
		assert.deepEqual(
			reports(host).map((call) => reportOf(call).records.length),
			[1, 1],
		);
		get(host, "/", [["x-long", "9".repeat(250_000)]]).end();
		assert.equal(counter(host, "sluice_reports.dropped.reason.too_large"), 1);
		assert.equal(ledger(host).sent, 3);
	});

	test("is gone once acknowledged", async () => {
		const host = await startFilter();
		requests(host, 100);
		acknowledge(host.grpc.last);
		host.advance(60_000);
		assert.equal(reports(host).length, 1);
		assert.deepEqual(ledger(host), { sent: 100, acknowledged: 100, dropped: 0, lost: 0, pending: 0 });
	});

	test("is sent again under its own number until it is acknowledged", async () => {
		const host = await startFilter();
		requests(host, 100);
		host.grpc.last.fail(14);
		host.advance(1000);
		const [first, second] = reports(host);
		assert.deepEqual(second?.request, first?.request);
		acknowledge(second ?? assert.fail());
		assert.deepEqual(ledger(host), { sent: 100, acknowledged: 100, dropped: 0, lost: 0, pending: 0 });
	});

	test("is not sent again when the Mixer says it never takes it", async () => {
		const host = await startFilter();
		requests(host, 100);
		host.grpc.last.fail(3);
		host.advance(10_000);
		assert.equal(reports(host).length, 1);
		assert.equal(counter(host, "sluice_reports.dropped.reason.rejected"), 100);
	});

	test("counts the records the Mixer refused", async () => {
		const host = await startFilter();
		requests(host, 100);
		acknowledge(host.grpc.last, 3);
		assert.deepEqual(ledger(host), { sent: 100, acknowledged: 97, dropped: 3, lost: 0, pending: 0 });
	});

	test("acknowledged by another's number is sent again", async () => {
		const host = await startFilter();
		requests(host, 100);
		host.grpc.last.answer(new Uint8Array([0x08, 0x07]));
		host.advance(1000);
		assert.equal(reports(host).length, 2);
		assert.equal(ledger(host).pending, 100);
	});

	test("is dropped, oldest first, when 64 wait; and counted", async () => {
		const host = await startFilter();
		host.grpc.refuseWith = undefined;
		for (let i = 0; i < 68; i++) {
			requests(host, 100);
			for (const call of host.grpc.pending) if (call.method === "Report") call.fail(14);
		}
		assert.equal(counter(host, "sluice_reports.dropped.reason.overflow"), 400);
		assert.deepEqual(ledger(host), { sent: 6800, acknowledged: 0, dropped: 400, lost: 0, pending: 6400 });
	});
});

test("sent = acknowledged + dropped + pending, whatever the Mixer does", async () => {
	const event = fc.oneof(
		fc.nat({ max: 120 }).map((count) => ({ kind: "requests", count })),
		fc.constantFrom("acknowledge", "fail", "refuse", "reject", "wait").map((kind) => ({ kind, count: 1 })),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
			const host = await startFilter();
			for (const { kind, count } of events) {
				const open = host.grpc.pending.find(({ method }) => method === "Report");
				if (kind === "requests") requests(host, count);
				else if (kind === "wait") host.advance(700);
				else if (open !== undefined && kind === "acknowledge") acknowledge(open);
				else if (open !== undefined && kind === "refuse") open.fail(3);
				else if (open !== undefined && kind === "reject") acknowledge(open, 1);
				else open?.fail(14);
				const { sent, acknowledged, dropped, pending } = ledger(host);
				assert.equal(acknowledged + dropped + pending, sent);
				assert.ok(pending >= 0 && pending <= 6500);
			}
		}),
		{ numRuns: 30 },
	);
});
