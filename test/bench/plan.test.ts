import assert from "node:assert/strict";
import test from "node:test";
import { placementIn } from "../../bench/deploy/filter-for.ts";
import { commandOf, planOf, SIZES } from "../../bench/plan.ts";
import { VARIANTS } from "../../bench/variants.ts";

test("a plan without options is a full run of all variants", () => {
	assert.deepEqual(planOf({}), { ...SIZES.full, variants: VARIANTS, base: "bare" });
});

test("what is asked for wins over the size of the run", () => {
	const { rounds, requests, rates } = planOf({ quick: true, rounds: 2, rates: [5] });
	assert.deepEqual({ rounds, requests, rates }, { rounds: 2, requests: SIZES.quick.requests, rates: [5] });
});

test("chosen variants keep the order of the table", () => {
	assert.deepEqual(
		planOf({ variants: ["mixer", "bare"] }).variants.map(({ id }) => id),
		["bare", "mixer"],
	);
});

test("the command that is shown asks for the same again", () => {
	assert.equal(commandOf({}), "npm run bench");
	assert.equal(
		commandOf({ quick: true, rounds: 2, requests: 30, rates: [], variants: ["bare", "mixer"] }),
		"npm run bench -- --quick --rounds 2 --requests 30 --rates none --variants bare,mixer",
	);
	assert.equal(commandOf({ rates: [1, 2] }), "npm run bench -- --rates 1,2");
});

test("a base that is not measured is refused", () => {
	assert.equal(planOf({ variants: ["cached", "quotas"], base: "cached" }).base, "cached");
	assert.throws(() => planOf({ variants: ["cached", "quotas"], base: "mixer" }), {
		code: "invalid",
		message: "--base: mixer is not measured; there are cached, quotas",
	});
});

test("an unknown variant is refused by name", () => {
	assert.throws(() => planOf({ variants: ["bare", "wrk"] }), {
		code: "invalid",
		message:
			"--variants: there is no wrk; there are bare, nothing, native, cached, uncached, regex, undrawn, quotas, mixer, opa",
	});
});

test("where the build places the one policy is read from its requirements", () => {
	assert.equal(placementIn({ policies: [{ placement: "proxy" }] }), "proxy");
	assert.equal(placementIn({ policies: [{ placement: "mixer" }] }), "mixer");
	for (const other of [null, {}, { policies: [] }, { policies: [{ placement: "cloud" }] }, { policies: [{}, {}] }]) {
		assert.throws(() => placementIn(other), { message: "requirements.json is not of one policy with a placement" });
	}
});
