import assert from "node:assert/strict";
import { test } from "node:test";
import { addressLines, policyLines, stepLine, tryLines } from "../../../cli/up/banner.ts";

const ports = { listener: 8080, envoyAdmin: 9901, admin: 9093 };

const bookstore = {
	name: "bookstore",
	entrypoint: "bookstore/authz/decision",
	placement: "mixer",
	inputs: [["a"], ["b"], ["c"], ["d"]],
	builtins: [],
	body: "none",
	deterministic: true,
	strictBuiltinErrors: true,
} as const;

const requirements = { revision: `3f9a1c${"0".repeat(58)}`, opaVersion: "1.22.2", reportAttributes: [] };

test("names each policy with its revision, placement, inputs and tests", () => {
	const policies = [{ ...bookstore, placement: "proxy" as const }];
	const build = { requirements: { ...requirements, policies }, testsPassed: 6 };
	assert.equal(
		policyLines(build, 1600),
		" ✓ policy   1.6 s   bookstore@3f9a1c → proxy (reads 4 inputs, 6 tests pass)\n",
	);
});

test("gives a second policy a line of its own, and the tests once", () => {
	const other = { ...bookstore, name: "shop", inputs: [["a"]] };
	const build = { requirements: { ...requirements, policies: [bookstore, other] }, testsPassed: 1 };
	assert.equal(
		policyLines(build, 12_340),
		[
			" ✓ policy  12.3 s   bookstore@3f9a1c → mixer (reads 4 inputs, 1 test pass)",
			"                    shop@3f9a1c → mixer (reads 1 input)",
			"",
		].join("\n"),
	);
});

test("says what decides without a policy", () => {
	const build = { requirements: { ...requirements, policies: [] }, testsPassed: 0 };
	assert.equal(policyLines(build, 900), " ✓ policy   0.9 s   none: the default decides\n");
});

test("aligns the time of the whole start with the policy's", () => {
	assert.equal(stepLine("ready", 23_400), " ✓ ready   23.4 s");
});

test("says where everything is", () => {
	assert.equal(
		addressLines(ports, "http://127.0.0.1:9093/#key=k"),
		`
 app through Envoy  http://127.0.0.1:8080        metrics    http://127.0.0.1:9093/metrics
 Envoy admin        http://127.0.0.1:9901
 decisions, live    http://127.0.0.1:9093/#key=k
`,
	);
});

test("says what to try on the bookstore", () => {
	assert.equal(
		tryLines(ports),
		`
 Try:
 curl -i localhost:8080/books                            → 200
 curl -i localhost:8080/admin -H 'x-role: reader'        → 403 "readers cannot open /admin"
 curl -i localhost:8080/internal                         → 403 "no rule allows this path"
 curl -i localhost:8080/books/1 -H 'x-role: librarian'   → 200, x-policy-tier: staff
 curl -i 'localhost:8080/books?[1-6]' -H 'x-reader: ann' → 200 five times, then 429
 curl -s localhost:9093/metrics | grep sluice_decisions
`,
	);
});

test("names the ports that were chosen", () => {
	const text = addressLines({ listener: 18080, envoyAdmin: 19901, admin: 19093 }, "http://page");
	assert.match(text, /http:\/\/127\.0\.0\.1:18080 +metrics +http:\/\/127\.0\.0\.1:19093\/metrics\n/);
	assert.match(text, /Envoy admin +http:\/\/127\.0\.0\.1:19901\n/);
});
