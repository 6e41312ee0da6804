import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComplianceCase } from "./case.ts";
import { judge, type Verdict } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { readCases } from "./read-cases.ts";
import type { CaseResult } from "./run-all.ts";
import { summarize } from "./summary.ts";

function caseOf(more: string): ComplianceCase {
	const [found] = readCases(
		`cases:\n  - note: n\n    query: data.test.p = x\n    modules: ["package test"]\n${more}`,
		"s",
	);
	if (found === undefined) throw new Error("no case");
	return found;
}

const value = (json: string): Outcome => ({ type: "value", json });
const wanted = "    want_result: [{x: [1, 18446744073709551615, a]}]\n";
const strict = "    want_error_code: eval_type_error\n    want_error: must be\n    strict_error: true\n";
const conflict = "    want_error_code: eval_conflict_error\n";

for (const { what, more, outcome, type } of [
	{ what: "the value", more: wanted, outcome: value('[1, 18446744073709551615, "a"]'), type: "pass" },
	{
		what: "a number that a double takes for the same",
		more: wanted,
		outcome: value('[1, 18446744073709551616, "a"]'),
		type: "wrong",
	},
	{ what: "another order", more: wanted, outcome: value('["a", 1, 18446744073709551615]'), type: "reordered" },
	{
		what: "another order where it does not count",
		more: `${wanted}    sort_bindings: true\n`,
		outcome: value('["a", 1, 18446744073709551615]'),
		type: "pass",
	},
	{ what: "nothing instead of a value", more: wanted, outcome: { type: "undefined" }, type: "wrong" },
	{
		what: "nothing where nothing is wanted",
		more: "    want_result: []\n",
		outcome: { type: "undefined" },
		type: "pass",
	},
	{ what: "an error instead of a value", more: wanted, outcome: { type: "error", message: "no" }, type: "denied" },
	{ what: "a refusal", more: wanted, outcome: { type: "refused", message: "no" }, type: "refused" },
	{ what: "a strict error", more: strict, outcome: { type: "error", message: "x must be y" }, type: "pass" },
	{ what: "nothing instead of a strict error", more: strict, outcome: { type: "undefined" }, type: "pass" },
	{ what: "a value instead of a strict error", more: strict, outcome: value("true"), type: "wrong" },
	{ what: "nothing instead of an error", more: conflict, outcome: { type: "undefined" }, type: "wrong" },
] as const) {
	test(`${what} is ${type}`, () => {
		assert.equal(judge(caseOf(more), "x", outcome).type, type);
	});
}

const results = (mixer: Verdict, proxy: Verdict): CaseResult[] => [
	{ found: caseOf(wanted), verdicts: { mixer, proxy } },
];
const pass: Verdict = { type: "pass" };
const refused: Verdict = { type: "refused", why: "why" };
const listed = (...places: ("mixer" | "proxy")[]) =>
	new Map(places.map((place) => [place, new Map([["n", "reason"]])] as const));

for (const { what, verdicts, exceptions, faults } of [
	{ what: "all pass", verdicts: [pass, pass], exceptions: listed(), faults: [] },
	{ what: "the proxy refuses", verdicts: [pass, refused], exceptions: listed(), faults: [] },
	{ what: "the Mixer refuses", verdicts: [refused, pass], exceptions: listed(), faults: ["mixer n refused: why"] },
	{ what: "the Mixer refuses an exception", verdicts: [refused, pass], exceptions: listed("mixer"), faults: [] },
	{
		what: "an exception passes",
		verdicts: [pass, pass],
		exceptions: listed("mixer"),
		faults: ["mixer n is an exception, and passes"],
	},
	{
		what: "an exception is refused in the proxy",
		verdicts: [pass, refused],
		exceptions: listed("proxy"),
		faults: ["proxy n is an exception, and is refused at build"],
	},
	{
		what: "the proxy is wrong",
		verdicts: [pass, { type: "wrong", why: "2" }],
		exceptions: listed(),
		faults: ["proxy n wrong: 2"],
	},
] as const) {
	test(`${faults.length === 0 ? "is content" : "finds a fault"} where ${what}`, () => {
		const [mixer, proxy] = verdicts;
		const summary = summarize(results(mixer, proxy), exceptions, { isWhole: false });
		assert.deepEqual(
			summary.faults.map((fault) => Object.values(fault).join(" ")),
			faults,
		);
	});
}

test("of all cases a listed one has to be there, and 97 of a hundred have to pass in the Mixer", () => {
	const whole = summarize(results(refused, pass), new Map([["proxy", new Map([["gone", "reason"]])]]), {
		isWhole: true,
	});
	assert.deepEqual(
		whole.faults.map(({ place, name, what }) => `${place} ${name} ${what}`),
		["mixer n refused: why", "proxy gone is an exception, and no such case is there", "mixer all fewer than 97 % pass"],
	);
});
