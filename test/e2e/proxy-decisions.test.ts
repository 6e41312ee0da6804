import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { ask, decidedInProxy } from "../support/decided-questions.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { type Answer, send } from "../support/http-client.ts";
import { scaled } from "../support/scale.ts";
import { ServerProcess } from "../support/server-process.ts";

const REQUESTS = scaled({ quick: 1000, full: 10_000 });

/** Few enough that both workers keep all of their records, in number (64 batches each) and in the time they take. */
const KEPT_RECORDS = 200;

/** Far below the Mixer's deadline, far above what a busy machine adds: whoever waits for the Mixer waits longer. */
const WAIT_MS = 2000;

const RECORDS_TIMEOUT_MS = 20_000;

let build: Build;
let mixer: ServerProcess;
let upstream: EchoUpstream;
let envoy: TestEnvoy;

before(async () => {
	const dir = testConfiguration("proxy-decisions");
	const built = await buildTestConfiguration(dir);
	build = built.build;
	[mixer, upstream] = await Promise.all([ServerProcess.start({ configDir: dir }), EchoUpstream.start()]);
	envoy = await TestEnvoy.startWithMixer({ upstreamPort: upstream.port, mixerPort: mixer.port, filter: built.filter });
});

after(async () => {
	await envoy.stop();
	await Promise.all([mixer.stop(), upstream.stop()]);
});

test("the build puts one Policy into the proxy and leaves the other to the Mixer", () => {
	const placements = build.requirements.policies.map(({ name, placement }) => `${name}: ${placement}`);
	assert.deepEqual(placements, ["inside: proxy", "outside: mixer"]);
});

test("row 36: a Policy that asks for the proxy with a built-in that only the Mixer has is refused", async () => {
	const dir = await mkdtemp(join(tmpdir(), "sluice-refused-"));
	try {
		await cp(testConfiguration("proxy-decisions"), dir, { recursive: true });
		const file = join(dir, "sluice.yaml");
		await writeFile(file, (await readFile(file, "utf8")).replaceAll("placement: auto", "placement: proxy"));
		const message =
			"outside/outside.rego:8: the proxy cannot run the built-in crypto.sha256, and sluice.yaml:18 Policy outside asks for placement proxy";
		await assert.rejects(buildTestConfiguration(dir), { message });
	} finally {
		await rm(dir, { recursive: true });
	}
});

describe("with the Mixer there", () => {
	for (const question of decidedInProxy) {
		test(`${question.what} is decided in the proxy`, async () => {
			const before = await envoy.total(ASKED);
			assert.deepEqual(await ask(envoy.port, upstream, question), question.seen);
			assert.equal(await envoy.total(ASKED), before);
		});
	}

	const allow = { "x-password": "open sesame" };
	const mixed = [
		{ path: "/outside/door", headers: allow, answer: [200, "echo /outside/door"] },
		{ path: "/outside/door", headers: {}, answer: [403, "unknown\n"] },
		{ path: "/both/open", headers: allow, answer: [200, "echo /both/open"] },
		{ path: "/both/open", headers: { "x-password": "guess" }, answer: [403, "unknown\n"] },
		{ path: "/both/teapot", headers: allow, answer: [418, "only tea\n"] },
		{ path: "/both/teapot", headers: { "x-password": "guess" }, answer: [418, "only tea\n"] },
	];
	for (const { path, headers, answer } of mixed) {
		test(`${path} with ${JSON.stringify(headers)} is decided where its Policies are`, async () => {
			const { status, body } = await send({ port: envoy.port, path, headers });
			assert.deepEqual([status, body], answer);
		});
	}

	test("a request of both placements is changed by both", async () => {
		upstream.arrivals.length = 0;
		const answer = await send({ port: envoy.port, path: "/both/changed", headers: { ...allow, "x-secret": "hidden" } });
		const { path, headers } = upstream.only();
		assert.equal(answer.headers.get("x-inside"), "seen");
		assert.equal(path, "/both/changed?page=2");
		const names = ["x-inside-user", "x-outside", "x-secret"];
		assert.deepEqual(
			names.map((name) => headers.get(name)),
			[["anna"], ["known"], undefined],
		);
	});
});

test(`with the Mixer stopped, ${KEPT_RECORDS} records are kept, and delivered when it is back`, async () => {
	await delivered();
	const { sent, acknowledged, ...rest } = await reports();
	mixer.pause();
	await asked(KEPT_RECORDS);
	const kept = async () => (await reports()).pending === KEPT_RECORDS;
	await waitUntil({ what: "the records", timeoutMs: RECORDS_TIMEOUT_MS, probe: kept });
	mixer.resume();
	await delivered();
	const more = { sent: sent + KEPT_RECORDS, acknowledged: acknowledged + KEPT_RECORDS };
	assert.deepEqual(await reports(), { ...rest, ...more });
	await envoy.seesMixer();
});

const absences = [
	{ what: "stopped by SIGSTOP", leave: async () => mixer.pause(), back: async () => mixer.resume() },
	{
		what: "killed",
		leave: () => mixer.kill(),
		back: async () => {
			mixer = await mixer.startAgain();
		},
	},
] as const;

for (const { what, leave, back } of absences) {
	describe(`with the Mixer ${what}`, () => {
		before(async () => {
			await delivered();
			await leave();
		});

		test(`${REQUESTS} requests are answered as before, and none waits`, () => asked(REQUESTS));

		test("what the Mixer has to decide is answered by its failureMode, what the proxy denies is denied", async () => {
			await waitUntil({ what: "no Mixer", timeoutMs: RECORDS_TIMEOUT_MS, probe: async () => !(await hasMixer()) });
			const calls = await envoy.total(CALLS);
			const paths = ["/outside/door", "/both/open", "/inside/open"];
			const answers = await Promise.all(paths.map((path) => send({ port: envoy.port, path })));
			assert.deepEqual(
				answers.map(({ status }) => status),
				[503, 503, 200],
			);
			// Nobody waits for a Mixer that is known to be away.
			assert.equal(await envoy.total(CALLS), calls);
		});

		test("every record is accounted for, and the Mixer decides again when it is back", async () => {
			await back();
			await envoy.seesMixer();
			await delivered();
			const { sent, acknowledged, overflow, dropped } = await reports();
			assert.deepEqual([sent, dropped], [acknowledged + overflow, overflow]);
			const decided = (): Promise<Answer> =>
				send({ port: envoy.port, path: "/outside/door", headers: { "x-password": "open sesame" } });
			await waitUntil({
				what: "a decision of the Mixer",
				timeoutMs: 10_000,
				probe: async () => (await decided()).status === 200,
			});
		});
	});
}

/** Calls that Envoy has really made of the Mixer, health checks aside. */
const CALLS = "^cluster\\.sluice-mixer\\.upstream_rq_total$";

/** Calls of the filter for a decision. */
const ASKED = "^wasmcustom\\.sluice_checks$";

/** Asks every question in turn, one after the other, so many in all. */
async function asked(count: number): Promise<void> {
	const before = await envoy.total(ASKED);
	for (let n = 0; n < count; n += decidedInProxy.length) {
		for (const question of decidedInProxy.slice(0, count - n)) {
			const start = performance.now();
			assert.deepEqual(await ask(envoy.port, upstream, question), question.seen);
			const elapsedMs = performance.now() - start;
			assert.ok(elapsedMs <= WAIT_MS, `${question.path} waited ${elapsedMs} ms`);
		}
	}
	assert.equal(await envoy.total(ASKED), before);
}

async function hasMixer(): Promise<boolean> {
	return (await envoy.total("^cluster\\.sluice-mixer\\.membership_healthy$")) === 1;
}

/** Envoy's own count of the filter's records. */
async function reports() {
	const stats = await envoy.stats("^wasmcustom\\.sluice_reports\\.");
	const of = (name: string) => stats.get(`wasmcustom.sluice_reports.${name}`) ?? 0;
	const all = (group: string) =>
		[...stats].reduce((sum, [name, count]) => (name.includes(`.${group}.`) ? sum + count : sum), 0);
	return {
		sent: of("sent"),
		acknowledged: of("acknowledged"),
		pending: all("pending"),
		lost: of("lost"),
		overflow: of("dropped.reason.overflow"),
		dropped: all("dropped"),
	};
}

function delivered(): Promise<void> {
	const probe = () => envoy.settled();
	return waitUntil({ what: "the delivery of every record", timeoutMs: RECORDS_TIMEOUT_MS, probe });
}
