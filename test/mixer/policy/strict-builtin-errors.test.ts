import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../support/scale.ts";
import { opaEval } from "./opa-eval.ts";
import { type Place, policyIn } from "./policy-in.ts";

const rego = `package shop.authz

headers := input.request.headers

default decision := {"allowed": false, "rule": "none"}

decision := {"allowed": true, "rule": "token"} if {
	[_, payload, _] := io.jwt.decode(headers.authorization)
	payload.sub == "ann"
} else := {"allowed": true, "rule": "until"} if {
	time.parse_rfc3339_ns(headers.until) > time.parse_rfc3339_ns("2020-01-01T00:00:00Z")
} else := {"allowed": true, "rule": "wait"} if {
	time.parse_duration_ns(headers.wait) < 1000
} else := {"allowed": true, "rule": "zone"} if {
	headers.zone
	time.date([0, headers.zone])[0] > 1900
} else := {"allowed": false, "rule": "no token"} if {
	not io.jwt.decode(headers.authorization)
}
`;

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const token = (sub: string) => `${encode({ alg: "none" })}.${encode({ sub })}.`;

const headers = fc.record(
	{
		authorization: fc.constantFrom(token("ann"), token("bob"), "a.b.c", "a.b", "", `${encode({})}.${encode([])}.`),
		until: fc.constantFrom("2030-01-01T00:00:00Z", "2010-01-01T00:00:00Z", "tomorrow", "2030-13-01T00:00:00Z"),
		wait: fc.constantFrom("1ns", "1h", "1", "soon", "99999999h"),
		zone: fc.constantFrom("", "UTC", "Nowhere/Land"),
	},
	{ requiredKeys: [] },
);

/** The proxy knows UTC alone: that is its own fault, which denies. */
const own = (place: Place, input: { request: { headers: { zone?: string } } }) =>
	place === "proxy" && input.request.headers.zone === "Nowhere/Land";

for (const place of ["mixer", "proxy"] as const) {
	test(`strictBuiltinErrors: false in the ${place}: decides as opa does by default`, async (context) => {
		const { dir, evaluate } = await policyIn(context, place, { strict: false, text: rego });
		const input = headers.map((each) => ({ request: { headers: each } }));
		const inputs = fc.sample(input, { numRuns: scaled({ quick: 300, full: 10_000 }), seed: 17 });
		const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs });
		assert.equal(new Set(expected.map((each) => JSON.stringify(each))).size, 6);
		let faults = 0;
		for (const [i, each] of inputs.entries()) {
			const answer = evaluate(JSON.stringify(each));
			const isFault = typeof answer === "object" && answer !== null && "fault" in answer;
			if (isFault && own(place, each)) faults++;
			else assert.deepEqual(answer, expected[i], JSON.stringify(each));
		}
		assert.equal(faults > 0, place === "proxy");
	});

	test(`strictBuiltinErrors: true in the ${place}: what fails on the way denies`, async (context) => {
		const { dir, evaluate } = await policyIn(context, place, { strict: true, text: rego });
		const input = headers.map((each) => ({ request: { headers: each } }));
		const inputs = fc.sample(input, { numRuns: 100, seed: 18 });
		const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs });
		let faults = 0;
		for (const [i, each] of inputs.entries()) {
			const answer = evaluate(JSON.stringify(each));
			if (typeof answer === "object" && answer !== null && "fault" in answer) faults++;
			else assert.deepEqual(answer, expected[i], JSON.stringify(each));
		}
		assert.ok(faults > 20 && faults < 100, `${faults} faults`);
	});
}

const bounds: readonly (readonly [place: Place, call: string, input: string, fault: string])[] = [
	["mixer", "numbers.range_step(0, n, 1)", "5000000", "numbers.range_step: a range of more than 1000000 numbers"],
	["mixer", 'net.cidr_expand(sprintf("10.0.0.0/%d", [n]))', "8", "net.cidr_expand: 16777216 addresses are more than 65536"],
	["mixer", 'sprintf("%p", [n])', "1", "sprintf: %p is not supported here"],
	["mixer", "n * 7", "1e1000", "calculates with a number of more than 256 characters, or an exponent of more than three digits"],
	["proxy", 'time.date([n, concat("/", ["Europe", "Berlin"])])', "0", "a built-in failed"],
	["proxy", "n * 7", "1e1000", "calculates with a number of more than 256 characters, or an exponent of more than three digits"],
]; // biome-ignore format: a row each

for (const [place, call, size, fault] of bounds) {
	test(`strictBuiltinErrors: false in the ${place}: a bound of its own denies: ${call}`, async (context) => {
		const text = `package shop.authz\n\nn := to_number(input.request.host)\n\ndecision := false if is_null(${call})\n\nelse := true\n`;
		const { evaluate } = await policyIn(context, place, { strict: false, text });
		assert.deepEqual(evaluate(`{"request": {"host": "${size}"}}`), { fault });
	});
}
