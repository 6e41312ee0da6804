import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { MixerError } from "../../../mixer/error.ts";
import { LinkedInstance } from "../../../mixer/policy/link/linked-instance.ts";
import { PolicyInstance } from "../../../mixer/policy/policy-instance.ts";
import { vmConfig } from "../../../mixer/policy/vm-config.ts";
import { scaled } from "../../support/scale.ts";
import { opaEval } from "./opa-eval.ts";
import { buildDir, policyDocument, policyFolder } from "./policy-folder.ts";

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

type Place = "mixer" | "proxy";

/** A Policy in one place: what it answers, or the fault that denies. */
async function policyIn(
	context: TestContext,
	place: Place,
	{ strict, text = rego }: { strict: boolean; text?: string },
) {
	const more = `, strictBuiltinErrors: ${strict}`;
	const files = { "sluice.yaml": policyDocument({ placement: place, more }), "shop/authz.rego": text };
	const dir = await policyFolder(context, files);
	const build = await buildDir(dir);
	const how = { strictBuiltinErrors: strict };
	if (place === "proxy") {
		const module = new WebAssembly.Module(new Uint8Array(build.evaluable));
		const { pluginConfig } = build;
		const instance = new LinkedInstance({ module, vmConfig: vmConfig(build), pluginConfig, now: () => 0 });
		const evaluate = (input: string) => {
			const { value, fault } = instance.evaluate(0, Buffer.from(input), 2_000_000, how);
			return fault === undefined ? parsed(value) : { fault };
		};
		return { dir, evaluate };
	}
	const module = new WebAssembly.Module(new Uint8Array(build.policyWasm));
	const evaluate = (input: string) => {
		const instance = new PolicyInstance({ module, data: build.data, now: () => 0 });
		try {
			return parsed(instance.evaluate(0, Buffer.from(input), how));
		} catch (error) {
			return { fault: MixerError.from(error).message };
		}
	};
	return { dir, evaluate };
}

function parsed(value: string | undefined): unknown {
	return value === undefined ? undefined : JSON.parse(value);
}

/** The proxy knows UTC alone: that is its own fault, which denies. */
const own = (place: Place, input: { request: { headers: { zone?: string } } }) =>
	place === "proxy" && input.request.headers.zone === "Nowhere/Land";

for (const place of ["mixer", "proxy"] as const) {
	test(`strictBuiltinErrors: false in the ${place}: decides as opa does by default`, async (context) => {
		const { dir, evaluate } = await policyIn(context, place, { strict: false });
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
		const { dir, evaluate } = await policyIn(context, place, { strict: true });
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
	["proxy", 'time.date([n, "Europe/Berlin"])', "0", "a built-in failed"],
	["proxy", "n * 7", "1e1000", "calculates with a number of more than 256 characters, or an exponent of more than three digits"],
]; // biome-ignore format: a row each

for (const [place, call, size, fault] of bounds) {
	test(`strictBuiltinErrors: false in the ${place}: a bound of its own denies: ${call}`, async (context) => {
		const text = `package shop.authz\n\nn := to_number(input.request.host)\n\ndecision := false if is_null(${call})\n\nelse := true\n`;
		const { evaluate } = await policyIn(context, place, { strict: false, text });
		assert.deepEqual(evaluate(`{"request": {"host": "${size}"}}`), { fault });
	});
}
