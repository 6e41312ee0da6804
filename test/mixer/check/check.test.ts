import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type CheckRequest, CheckRequestSchema, Decision_Status } from "../../../mixer/api/generated/mixer_pb.js";
import { type CheckServiceOptions, checkService, MAX_ENTRYPOINTS } from "../../../mixer/check/check.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../mixer/policy/engine.ts";
import type { Evaluation, EvaluationRequest } from "../../../mixer/policy/evaluation.ts";
import { buildForMixer, examplePolicies } from "../policy/policy-folder.ts";

const revision = "a".repeat(64);

/** An engine that holds one revision and answers by the entrypoint's name. */
function fakeEngine(answers: Readonly<Record<string, Evaluation>>) {
	const asked: EvaluationRequest[] = [];
	const deadlinesMs = new Map(Object.keys(answers).map((entrypoint, i) => [entrypoint, 100 * (i + 1)]));
	const engine: CheckServiceOptions["engine"] = {
		revision: "b".repeat(64),
		limits: (wanted) => (wanted === revision ? { maxInputBytes: 20, deadlinesMs } : undefined),
		evaluate: async (request) => {
			asked.push(request);
			return answers[request.entrypoint] ?? { status: "policy_error", error: "no such entrypoint" };
		},
	};
	return { engine, asked };
}

function checkRequest(fields: { entrypoints: string[]; input?: string; revision?: string }): CheckRequest {
	const { entrypoints, input = "{}" } = fields;
	return create(CheckRequestSchema, { revision: fields.revision ?? revision, entrypoints, input: Buffer.from(input) });
}

const answers: Readonly<Record<string, Evaluation>> = {
	ok: { status: "ok", value: '{"allowed":true}', validDurationMs: 1500 },
	undefined: { status: "undefined" },
	error: { status: "policy_error", error: "x".repeat(2000) },
	late: { status: "unavailable", error: "late" },
};

test("answers every entrypoint in order, each within its own deadline", async () => {
	const { engine, asked } = fakeEngine(answers);
	const counted: string[] = [];
	const check = checkService({ engine, onDecision: (result) => counted.push(result) });
	const {
		revision: newest,
		unknownRevision,
		decisions,
	} = await check(checkRequest({ entrypoints: ["late", "ok", "nobody/asks", "error", "undefined"] }));
	assert.equal(newest, "b".repeat(64));
	assert.equal(unknownRevision, false);
	assert.deepEqual(
		decisions.map(({ status, value, validDurationMs, error }) => [
			status,
			Buffer.from(value).toString(),
			validDurationMs,
			error,
		]),
		[
			[Decision_Status.UNAVAILABLE, "", 0, "late"],
			[Decision_Status.OK, '{"allowed":true}', 1500, ""],
			[Decision_Status.POLICY_ERROR, "", 0, "no such entrypoint"],
			[Decision_Status.POLICY_ERROR, "", 0, "x".repeat(1024)],
			[Decision_Status.UNDEFINED, "", 0, ""],
		],
	);
	assert.deepEqual(
		asked.map(({ deadlineMs }) => deadlineMs),
		[400, 100, 0, 300, 200],
	);
	assert.deepEqual(counted, ["unavailable", "ok", "policy_error", "policy_error", "undefined"]);
});

test("never evaluates another revision", async () => {
	const { engine, asked } = fakeEngine(answers);
	const response = await checkService({ engine })(checkRequest({ entrypoints: ["ok"], revision: "c".repeat(64) }));
	assert.equal(response.unknownRevision, true);
	assert.equal(response.revision, "b".repeat(64));
	assert.deepEqual(response.decisions, []);
	assert.deepEqual(asked, []);
});

test("takes a revision given up meanwhile for an unknown one", async () => {
	const { engine } = fakeEngine({
		ok: { status: "ok", value: "1", validDurationMs: 0 },
		gone: { status: "unknown_revision" },
	});
	const response = await checkService({ engine })(checkRequest({ entrypoints: ["ok", "gone"] }));
	assert.equal(response.unknownRevision, true);
	assert.deepEqual(response.decisions, []);
});

test("denies an input over the limit without evaluating it", async () => {
	const { engine, asked } = fakeEngine(answers);
	const check = checkService({ engine });
	const exact = await check(checkRequest({ entrypoints: ["ok"], input: `{"a":"${"x".repeat(12)}"}` }));
	assert.equal(exact.decisions[0]?.status, Decision_Status.OK);
	const over = await check(checkRequest({ entrypoints: ["ok", "late"], input: `{"a":"${"x".repeat(13)}"}` }));
	for (const decision of over.decisions) {
		assert.equal(decision.status, Decision_Status.POLICY_ERROR);
		assert.equal(decision.error, "an input of 21 bytes is over the limit of 20");
	}
	assert.equal(asked.length, 1);
});

test("refuses no entrypoints and too many", async () => {
	const check = checkService(fakeEngine(answers));
	const ask = (count: number) => check(checkRequest({ entrypoints: Array(count).fill("ok") }));
	await assert.rejects(ask(0), { code: "invalid", message: "0 entrypoints: 1 to 256 can be asked" });
	await assert.rejects(ask(MAX_ENTRYPOINTS + 1), { message: "257 entrypoints: 1 to 256 can be asked" });
	assert.equal((await ask(MAX_ENTRYPOINTS)).decisions.length, MAX_ENTRYPOINTS);
});

test("decides with the bookstore's policy", async (context) => {
	const build = await buildForMixer(examplePolicies);
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 10, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const document = {
		attributes: { request: { http: { method: "GET", headers: { "x-role": "reader" } } } },
		request: { path_segments: ["admin"] },
	};
	const response = await checkService({ engine })(
		checkRequest({
			revision: build.requirements.revision,
			entrypoints: ["bookstore/authz/decision"],
			input: JSON.stringify(document),
		}),
	);
	assert.deepEqual(JSON.parse(Buffer.from(response.decisions[0]?.value ?? []).toString()), {
		allowed: false,
		http_status: 403,
		rule: "staff_only",
		reason: "readers cannot open /admin",
		body: "readers cannot open /admin\n",
	});
});
