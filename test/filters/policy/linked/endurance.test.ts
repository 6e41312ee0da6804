import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { FakeHost } from "../../../support/fake-host.ts";
import { counter, get, limits, startFilter } from "../../../support/filter-host.ts";
import type { LinkedFilter } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";
import { attackPolicy, linkAttacks, vmState } from "./attacks.ts";

/** Evaluations of one request, as its shadows: Envoy's part of a request would take most of the time. */
const SHADOWS = 50;

let linked: LinkedFilter;

before(async () => {
	linked = await linkAttacks(1);
});

async function start(rule: string, fuel: number): Promise<FakeHost> {
	const shadow = (_: unknown, i: number) => attackPolicy(rule, { name: `s${i}`, mode: "shadow" });
	const policies = [attackPolicy("fine"), ...Array.from({ length: SHADOWS }, shadow)];
	return startFilter({ policies, limits: limits({ fuel }) }, linked);
}

/** Each of the requests, with a header of another length, must be answered right beside its failing shadows. */
function request(host: FakeHost, requests: number): void {
	for (let i = 0; i < requests; i++) {
		const role = "x".repeat(1 + (i % 40));
		const stream = get(host, "/", [["x-role", role]]);
		assert.equal(stream.requestHeaders.get("x-role"), role.toUpperCase());
		stream.end();
		if (i % 100 === 99) drain(host);
	}
}

/** Takes the reports away, and what the host notes of metrics. */
function drain(host: FakeHost): void {
	for (const call of host.grpc.pending) call.fail(3);
	host.grpc.calls.length = 0;
	host.metrics.get("sluice_evaluation_us").samples.length = 0;
}

describe("a VM is as good as new", () => {
	const kinds: [rule: string, fuel: number][] = [
		["conflict", 2_000_000],
		["builtin", 2_000_000],
		["surrogate", 2_000_000],
		["fuel", 2000],
		["doubled", 2_000_000],
	];
	const aborts = scaled({ quick: 100_000, full: 1_000_000 });
	for (const [rule, fuel] of kinds) {
		test(`after ${aborts} failures by ${rule}`, async () => {
			const host = await start(rule, fuel);
			request(host, 200);
			const warm = vmState(host);
			request(host, aborts / SHADOWS - 200);
			assert.equal(counter(host, "sluice_shadow_decisions.outcome.policy_error"), aborts);
			assert.deepEqual(vmState(host), warm);
		});
	}
});

const evaluations = scaled({ quick: 100_000, full: 1_000_000 });

test(`memory after ${evaluations} evaluations is what it was after 10,000`, async () => {
	const host = await start("fine", 2_000_000);
	request(host, 10_000 / SHADOWS);
	const warm = vmState(host);
	request(host, (evaluations - 10_000) / SHADOWS);
	assert.equal(counter(host, "sluice_shadow_decisions.outcome.allowed"), evaluations);
	assert.deepEqual(vmState(host), warm);
});
