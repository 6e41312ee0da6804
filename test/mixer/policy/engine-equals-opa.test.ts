import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../mixer/policy/engine.ts";
import { scaled } from "../../support/scale.ts";
import { opaEval } from "./opa-eval.ts";
import { buildForMixer, examplePolicies } from "./policy-folder.ts";

const entrypoint = "bookstore/authz/decision";

const word = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "DELETE", "OPTIONS", "get") },
	{ weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
);
const segment = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom("books", "admin", "internal", "Books", "1") },
	{ weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
);
const role = fc.constantFrom("reader", "librarian", "visitor", "reader,librarian", "", "root");

/** What the filter makes of requests, and now and then what no filter makes. */
const input = fc.oneof(
	{
		weight: 9,
		arbitrary: fc
			.record({ method: word, segments: fc.array(segment, { maxLength: 3 }), role: fc.option(role) })
			.map(({ method, segments, role: name }) => ({
				attributes: { request: { http: { method, headers: name === null ? {} : { "x-role": name } } } },
				request: { path_segments: segments },
			})),
	},
	{ weight: 1, arbitrary: fc.dictionary(fc.constantFrom("attributes", "request"), fc.jsonValue()) },
);

test("the engine answers as opa does", async (context) => {
	const build = await buildForMixer(examplePolicies);
	const engine = new PolicyEngine({ workers: 2, queuedChecks: 1000, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const inputs = fc.sample(input, { numRuns: scaled({ quick: 500, full: 10_000 }), seed: 11 });
	const dir = `${examplePolicies}/bookstore`;
	const expected = await opaEval({ dir, rule: "data.bookstore.authz.decision", inputs });
	const { revision } = build.requirements;
	const answers: unknown[] = [];
	for (const value of inputs) {
		const bytes = Buffer.from(JSON.stringify(value));
		const answer = await engine.evaluate({ revision, entrypoint, input: bytes, deadlineMs: 60_000 });
		answers.push(answer.status === "ok" ? JSON.parse(answer.value) : answer);
	}
	assert.ok(new Set(answers.map((answer) => JSON.stringify(answer))).size > 10);
	assert.deepEqual(answers, expected);
});
