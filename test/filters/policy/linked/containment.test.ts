import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { FakeHost } from "../../../support/fake-host.ts";
import { counter, get, limits, sealed, startFilter } from "../../../support/filter-host.ts";
import { attackPolicy, attackRules, builtinFault, linkAttacks, vmState } from "./attacks.ts";

/** 4 MiB beyond the data. */
const EXTRA_PAGES = 64;

let host: FakeHost;
let firstPages: number;

before(async () => {
	const linked = await linkAttacks(EXTRA_PAGES);
	const attacks = attackRules.map((rule) =>
		attackPolicy(rule, { failureMode: "allow", targets: [{ pathPrefix: `/${rule}` }] }),
	);
	const policies = [...attacks, attackPolicy("fine", { targets: [{ pathPrefix: "/fine" }] })];
	host = await startFilter({ policies, limits: limits({ fuel: 2_000_000 }) }, linked);
	firstPages = vmState(host).policyPages;
	assertDecidesRight();
});

const numberFault = "calculates with a number of more than 256 characters, or an exponent of more than three digits";

function assertDecidesRight(): void {
	const stream = get(host, "/fine", [["x-role", "reader"]]);
	assert.equal(stream.result, "continue");
	assert.equal(stream.requestHeaders.get("x-role"), "READER");
	stream.end();
}

describe("what goes wrong in a policy denies that request alone, and the log says what it was", () => {
	const attacks: [rule: string, role: string, fault: string][] = [
		["conflict", "x", "rego/attack.rego:9:1: var assignment conflict"],
		["builtin", "x", builtinFault],
		["surrogate", "x", "illegal string escape character"],
		["shift", "x", "opa_bits_shift"],
		["fuel", "x", "ran out of fuel"],
		["digits", "99999999", "ran out of fuel"],
		["factors", "9".repeat(6000), numberFault],
		["multiplied", "9".repeat(100), numberFault],
		["range", "x", "ran out of memory"],
		["strings", "x", "ran out of memory"],
		["doubled", "x".repeat(10), "ran out of memory"],
	];

	test("all of them are tried", () => {
		assert.deepEqual(
			attacks.map(([rule]) => rule),
			attackRules,
		);
	});

	for (const [rule, role, fault] of attacks) {
		test(`${rule}: ${fault}`, () => {
			host.logs.length = 0;
			const before = vmState(host);
			const errors = counter(host, "sluice_decisions.outcome.policy_error.placement.proxy");
			for (let i = 1; i <= 2; i++) {
				const stream = get(host, `/${rule}`, [["x-role", role]]);
				assert.equal(stream.localResponse?.status, 403);
				assert.equal(stream.localResponse?.details, "sluice_policy_error");
				assert.equal(sealed(stream), false);
				assert.equal(counter(host, "sluice_decisions.outcome.policy_error.placement.proxy"), errors + i);
				const id = stream.localResponse?.headers.get("x-sluice-decision-id");
				assert.deepEqual(host.logLines(3).slice(i - 1), [`sluice: policy ${rule}: ${fault} (${id})`]);
				assertDecidesRight();
			}
			const { opaStack, filterStack, policyPages } = vmState(host);
			assert.deepEqual([opaStack, filterStack], [before.opaStack, before.filterStack]);
			assert.ok(policyPages <= firstPages + EXTRA_PAGES, `${policyPages} pages`);
		});
	}

	test("a built-in that fails has no value where the Policy says so, and ends the next Policy's evaluation", async () => {
		const policies = [false, true].map((strictBuiltinErrors) => {
			const targets = [{ pathPrefix: `/${strictBuiltinErrors}` }];
			return attackPolicy("builtin", { name: `strict-${strictBuiltinErrors}`, strictBuiltinErrors, targets });
		});
		const both = await startFilter({ policies, limits: limits() }, await linkAttacks(EXTRA_PAGES));
		for (const [path, fault] of [
			["false", "the decision is undefined"],
			["true", builtinFault],
			["false", "the decision is undefined"],
		] as const) {
			both.logs.length = 0;
			const stream = get(both, `/${path}`, [["x-role", "x"]]);
			const id = stream.localResponse?.headers.get("x-sluice-decision-id");
			assert.equal(stream.localResponse?.status, 403);
			assert.deepEqual(both.logLines(3), [`sluice: policy strict-${path}: ${fault} (${id})`]);
		}
	});

	test("no callback failed", () => assert.equal(counter(host, "sluice_callback_failures"), 0));
});
