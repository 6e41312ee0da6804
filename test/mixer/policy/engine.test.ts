import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../mixer/policy/engine.ts";
import type { Evaluation } from "../../../mixer/policy/evaluation.ts";
import type { Build } from "../../../mixer/policy/requirements.ts";
import { compileModule } from "./compile-module.ts";
import { HandClock } from "./hand-clock.ts";
import { buildFiles, buildRego, policyDocument, policyFolder } from "./policy-folder.ts";

const entrypoint = "shop/authz/decision";

/** Answers at once, never within a test, by too much memory, by a failing built-in, by a conflict: as the method says. */
const moods = `
default decision := "else"

decision := "quick" if input.request.method == "QUICK"

decision := "slow" if {
	input.request.method == "SLOW"
	n := numbers.range(1, 2000)
	count([1 | some a in n; some b in n; some c in n; a + b == c * 7]) == 0
}

decision := "big" if {
	input.request.method == "BIG"
	count(numbers.range(1, 100000000)) == 0
}

decision := "builtin" if {
	input.request.method == "BUILTIN"
	sprintf("%w", [1]) == ""
}

decision := x if {
	input.request.method == "CONFLICT"
	some x in ["a", "b"]
}
`;

interface Asking {
	readonly engine: PolicyEngine;
	readonly build: Build;
	ask(method: string, deadlineMs?: number): Promise<Evaluation>;
}

async function startEngine(
	context: TestContext,
	options: { workers?: number; queuedChecks?: number; clock?: HandClock; rego?: string } = {},
): Promise<Asking> {
	const { workers = 2, queuedChecks = 100, clock = systemClock, rego = moods } = options;
	const build = await buildRego(context, rego);
	const engine = new PolicyEngine({ workers, queuedChecks, clock });
	context.after(() => engine.stop());
	await engine.load(build);
	const { revision } = build.requirements;
	const ask = (method: string, deadlineMs = 60_000) => {
		const input = Buffer.from(JSON.stringify({ request: { method } }));
		return engine.evaluate({ revision, entrypoint, input, deadlineMs });
	};
	return { engine, build, ask };
}

const quick = { status: "ok", value: '"quick"', validDurationMs: 10_000 };

test("takes inputs as large as the filter's: larger where a Policy reads bodies", async (context) => {
	const limitsOf = async (rego: string) => {
		const { engine, build } = await startEngine(context, { rego });
		return engine.limits(build.requirements.revision)?.maxInputBytes;
	};
	assert.equal(await limitsOf("decision := input.request.method"), 65_536);
	assert.equal(await limitsOf("decision := input.parsed_body"), 3 * 65_536);
});

test("stops an evaluation at its deadline while others go on", async (context) => {
	const clock = new HandClock();
	const { engine, ask } = await startEngine(context, { clock });
	const slow = ask("SLOW", 200);
	for (let i = 0; i < 50; i++) assert.deepEqual(await ask("QUICK", 1000), quick);
	clock.advance(199);
	assert.deepEqual(await ask("QUICK", 1000), quick);
	assert.equal(engine.kills, 0);
	clock.advance(1);
	assert.deepEqual(await slow, {
		status: "unavailable",
		error: "shop/authz/decision took longer than 200 ms and was stopped",
	});
	assert.equal(engine.kills, 1);
	assert.deepEqual(await ask("QUICK", 1000), quick);
	assert.equal(clock.waiting, 0);
});

test("goes on after every worker was stopped, several times", async (context) => {
	const clock = new HandClock();
	const { engine, ask } = await startEngine(context, { clock });
	for (let round = 1; round <= 3; round++) {
		const slow = [ask("SLOW", 100), ask("SLOW", 100)];
		const waiting = ask("QUICK", 1000);
		clock.advance(100);
		const statuses = (await Promise.all(slow)).map(({ status }) => status);
		assert.deepEqual(statuses, ["unavailable", "unavailable"]);
		assert.deepEqual(await waiting, quick);
	}
	assert.ok(engine.kills > 0);
});

test("answers unavailable where too many wait, and the waiting ones in their order", async (context) => {
	const clock = new HandClock();
	const { ask } = await startEngine(context, { workers: 1, queuedChecks: 2, clock });
	const slow = ask("SLOW", 100);
	const order: string[] = [];
	const waiting = ["first", "second"].map((name) => ask("QUICK", 1000).then(() => order.push(name)));
	assert.deepEqual(await ask("QUICK", 1000), {
		status: "unavailable",
		error: "2 checks wait for a policy worker already",
	});
	clock.advance(100);
	assert.equal((await slow).status, "unavailable");
	await Promise.all(waiting);
	assert.deepEqual(order, ["first", "second"]);
});

test("answers unavailable where no worker is free in time", async (context) => {
	const clock = new HandClock();
	const { engine, ask } = await startEngine(context, { workers: 1, queuedChecks: 1, clock });
	const slow = ask("SLOW", 500);
	const late = ask("QUICK", 100);
	clock.advance(100);
	assert.deepEqual(await late, { status: "unavailable", error: "no policy worker was free within 100 ms" });
	assert.equal(engine.kills, 0);
	// Its place in the queue is free again.
	const waiting = ask("QUICK", 1000);
	clock.advance(400);
	assert.equal((await slow).status, "unavailable");
	assert.deepEqual(await waiting, quick);
});

test("takes memory, built-ins and conflicts for errors of the policy, and evaluates on", async (context) => {
	const { engine, ask } = await startEngine(context);
	const cases = [
		["BIG", "opa_malloc: failed"],
		["BUILTIN", "sprintf: %w is not supported here"],
		["CONFLICT", "shop/authz.rego:24:1: var assignment conflict"],
	] as const;
	for (const [method, error] of cases) {
		assert.deepEqual(await ask(method), { status: "policy_error", error });
		assert.deepEqual(await ask("QUICK"), quick);
	}
	assert.equal(engine.kills, 0);
});

test("evaluates as ever after 1,000 aborted evaluations", async (context) => {
	const { ask } = await startEngine(context, { workers: 1 });
	for (let i = 0; i < 1000; i++) assert.equal((await ask("CONFLICT")).status, "policy_error");
	assert.deepEqual(await ask("QUICK"), quick);
});

const notObjects = [
	["nothing", ""],
	["cut off JSON", '{"request":'],
	["two documents", "{}{}"],
	["a key without quotes", "{a: 1}"],
	["0", "0"],
	["false", "false"],
	["null", "null"],
	["a string", '"{}"'],
	["an array", "[{}]"],
	["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
] as const;

test("takes an input that is no JSON object for an error that denies", async (context) => {
	// Undefined for any request, so that bytes taken for no input at all would show.
	const { engine, build } = await startEngine(context, { rego: "decision if not input.request" });
	const { revision } = build.requirements;
	const ask = (bytes: string | Buffer) =>
		engine.evaluate({ revision, entrypoint, input: Buffer.from(bytes), deadlineMs: 60_000 });
	for (const [name, bytes] of notObjects) {
		const answer = await ask(bytes);
		assert.equal(answer.status, "policy_error", name);
	}
	assert.deepEqual(await ask("null"), { status: "policy_error", error: "the input is not a JSON object" });
	assert.deepEqual(await ask("{"), { status: "policy_error", error: "the input is not JSON in UTF-8" });
	assert.equal((await ask("{}")).status, "ok");
	assert.deepEqual(await ask('{"request":1}'), { status: "undefined" });
	assert.equal((await ask('{"request":"\\ud800"}')).status, "policy_error");
});

test("survives input nested deeper than its stack", async (context) => {
	const { engine, build, ask } = await startEngine(context, { workers: 1 });
	const { revision } = build.requirements;
	const input = Buffer.from(`{"request":${"[".repeat(500_000)}${"]".repeat(500_000)}}`);
	const answer = await engine.evaluate({ revision, entrypoint, input, deadlineMs: 60_000 });
	assert.equal(answer.status, "policy_error");
	assert.deepEqual(await ask("QUICK"), quick);
});

test("never evaluates another revision or an entrypoint that no Policy asks for", async (context) => {
	const { engine, build, ask } = await startEngine(context);
	const { revision } = build.requirements;
	const request = { revision, entrypoint, input: Buffer.from("{}"), deadlineMs: 1000 };
	assert.deepEqual(await engine.evaluate({ ...request, revision: "0".repeat(64) }), { status: "unknown_revision" });
	for (const other of ["shop/authz", "shop", "", "system/main", "__proto__"]) {
		assert.deepEqual(await engine.evaluate({ ...request, entrypoint: other }), {
			status: "policy_error",
			error: `no Policy asks for the entrypoint ${other}`,
		});
	}
	assert.deepEqual(await ask("QUICK"), quick);
});

test("keeps the last three revisions", async (context) => {
	const { engine, build } = await startEngine(context, { rego: "decision := 0" });
	const builds = [build];
	for (const value of [1, 2, 3]) builds.push(await buildRego(context, `decision := ${value}`));
	const values = async () => {
		const answers = builds.map(({ requirements: { revision } }) =>
			engine.evaluate({ revision, entrypoint, input: Buffer.from("{}"), deadlineMs: 60_000 }),
		);
		return (await Promise.all(answers)).map((answer) => (answer.status === "ok" ? answer.value : answer.status));
	};
	for (const next of builds.slice(1, 3)) await engine.load(next);
	assert.deepEqual(await values(), ["0", "1", "2", "unknown_revision"]);
	await engine.load(build);
	for (const next of builds.slice(3)) await engine.load(next);
	assert.deepEqual(await values(), ["0", "unknown_revision", "2", "3"]);
	assert.equal(engine.revision, builds[3]?.requirements.revision);
});

test("refuses a built-in that cannot run here when a build is loaded, and keeps what it has", async (context) => {
	const { engine, build, ask } = await startEngine(context);
	const dir = await policyFolder(context, {
		"shop/authz.rego": 'package shop.authz\n\ndecision := http.send({"method": "GET", "url": input.url})\n',
	});
	const policyWasm = await compileModule(dir);
	const requirements = { ...build.requirements, revision: "1".repeat(64) };
	await assert.rejects(engine.load({ ...build, requirements, policyWasm }), {
		code: "invalid",
		message: "http.send may ask no host: list the hosts that policies may ask in spec.httpSend.hosts of the Settings",
	});
	assert.equal(engine.revision, build.requirements.revision);
	assert.deepEqual(await ask("QUICK"), quick);
});

const durations = [
	["GET", true, 10_000],
	["OBJECT", { allowed: true }, 10_000],
	["TTL", { ttl: 1.5 }, 1500],
	["NONE", { ttl: 0 }, 0],
	["NEGATIVE", { ttl: -1 }, 0],
	["DAY", { ttl: 86_400 }, 3_600_000],
	["TEXT", { ttl: "1h" }, 10_000],
	["NESTED", { quotas: [{ ttl: 1 }] }, 10_000],
] as const;

test("says how long a decision holds", async (context) => {
	const rego = `decisions := ${JSON.stringify(Object.fromEntries(durations))}\n\ndecision := decisions[input.request.method]`;
	const { ask } = await startEngine(context, { workers: 1, rego });
	for (const [method, decision, validDurationMs] of durations) {
		assert.deepEqual(await ask(method), { status: "ok", value: JSON.stringify(decision), validDurationMs });
	}
});

test("lets a decision without a ttl hold as long as the Settings say", async (context) => {
	const settings =
		"---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: main}\nspec: {cache: {ttl: 3s}}\n";
	const build = await buildFiles(context, {
		"sluice.yaml": policyDocument() + settings,
		"shop/authz.rego": "package shop.authz\n\ndecision := true\n",
	});
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 1, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(build);
	const { revision } = build.requirements;
	const answer = await engine.evaluate({ revision, entrypoint, input: Buffer.from("{}"), deadlineMs: 60_000 });
	assert.deepEqual(answer, { status: "ok", value: "true", validDurationMs: 3000 });
});

test("lets no decision hold that read the time", async (context) => {
	const { ask } = await startEngine(context, { workers: 1, rego: 'decision := {"ttl": 60, "now": time.now_ns() > 0}' });
	const answer = await ask("GET");
	assert.deepEqual(answer.status === "ok" && [JSON.parse(answer.value), answer.validDurationMs], [
		{ ttl: 60, now: true },
		0,
	]);
});

test("answers what waits when it stops, and everything after", async (context) => {
	const { engine, ask } = await startEngine(context, { workers: 1, clock: new HandClock() });
	const asked = [ask("SLOW"), ask("QUICK")];
	await engine.stop();
	const stopping = { status: "unavailable", error: "the policy engine is stopping" };
	assert.deepEqual([...(await Promise.all(asked)), await ask("QUICK")], [stopping, stopping, stopping]);
});
