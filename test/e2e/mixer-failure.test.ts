import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { load, send } from "../support/http-client.ts";
import { ServerProcess } from "../support/server-process.ts";

/** The policies' deadline in test/testdata/e2e/shop, in milliseconds, and what a busy machine may add to it. */
const DEADLINE_MS = 2000;
const SLACK_MS = 2000;

/** From this time after the Mixer serves again, in milliseconds, every request is decided by it. */
const RECOVERY_MS = 5000;

const CONCURRENCY = 32;
const REQUESTS = 1000;

/** Enough requests that both workers have some while the Mixer is away. */
const WHILE_AWAY = 200;

const DIR = testConfiguration("shop");

let filter = "";
let mixer: ServerProcess;
let upstream: EchoUpstream;
let envoy: TestEnvoy;
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

before(async () => {
	({ filter } = await buildTestConfiguration(DIR));
	[mixer, upstream] = await Promise.all([ServerProcess.start({ configDir: DIR }), EchoUpstream.start()]);
	envoy = await TestEnvoy.startWithMixer({ upstreamPort: upstream.port, mixerPort: mixer.port, filter });
});

after(async () => {
	agent.destroy();
	await envoy.stop();
	await Promise.all([mixer.stop(), upstream.stop()]);
});

const failures = [
	{
		what: "is killed",
		fail: () => mixer.kill(),
		recover: async () => {
			mixer = await mixer.startAgain();
		},
	},
	{
		what: "is stopped by SIGSTOP",
		fail: async () => mixer.pause(),
		recover: async () => mixer.resume(),
	},
	{
		what: "is restarted in order",
		fail: () => mixer.stop(),
		recover: async () => {
			mixer = await mixer.startAgain();
		},
	},
] as const;

for (const { what, fail, recover } of failures) {
	test(`under load, while the Mixer ${what}, its policies' failure modes answer, and it decides again when it is back`, async () => {
		await decidesAll(WHILE_AWAY);
		upstream.arrivals.length = 0;
		const load = keepAsking();
		await load.asked(WHILE_AWAY);
		await fail();
		await load.asked(2 * WHILE_AWAY);
		await untilUndecided();
		const [door, window] = [await ask("/door"), await ask("/window")];
		assert.deepEqual([door.status, window.status], [503, 200]);
		await recover();
		// The promise is about this very time.
		await delay(RECOVERY_MS);
		await decidesAll(REQUESTS);
		const answers = [...(await load.stop()), door, window];
		assert.deepEqual(answers.filter(unexpected), []);
		const slowest = Math.max(...answers.map(({ elapsedMs }) => elapsedMs));
		assert.ok(slowest <= DEADLINE_MS + SLACK_MS, `the slowest answer took ${slowest} ms`);
		const passed = answers.filter(({ path, status }) => path === "/door" && status === 200).length;
		const arrived = upstream.arrivals.filter(({ path }) => path === "/door").length;
		assert.equal(arrived, passed + REQUESTS);
	});
}

test("a Mixer that starts after Envoy is asked as soon as one that comes back", async () => {
	const [mixerPort = 0] = await freePorts(1);
	const early = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort, filter });
	let late: ServerProcess | undefined;
	try {
		const door = async () => (await send({ port: early.port, path: "/door" })).status;
		assert.equal(await door(), 503);
		late = await ServerProcess.start({ configDir: DIR, port: mixerPort });
		await waitUntil({ what: "its decision", timeoutMs: RECOVERY_MS, probe: async () => (await door()) === 200 });
	} finally {
		await Promise.all([early.stop(), late?.stop()]);
	}
});

interface Timed {
	readonly path: string;
	readonly status: number;
	readonly body: string;
	readonly elapsedMs: number;
}

/** What no failure mode explains: anything but a decision, a denial for /door and an allow for /window. */
function unexpected({ path, status }: Timed): boolean {
	return status !== 200 && !(path === "/door" && status === 503);
}

async function ask(path: string): Promise<Timed> {
	const start = performance.now();
	const { status, body } = await send({ port: envoy.port, path, agent });
	return { path, status, body, elapsedMs: Math.round(performance.now() - start) };
}

/** Asks without a pause, for both policies in turn, until told to stop. */
function keepAsking() {
	const answers: Timed[] = [];
	let going = true;
	const worker = async (_: unknown, index: number) => {
		for (let n = index; going; n++) answers.push(await ask(n % 2 === 0 ? "/door" : "/window"));
	};
	const workers = Array.from({ length: CONCURRENCY }, worker);
	return {
		/** Returns after so many answers more. */
		asked(more: number): Promise<void> {
			const goal = answers.length + more;
			return waitUntil({ what: `${more} answers`, timeoutMs: 60_000, probe: async () => answers.length >= goal });
		},
		async stop(): Promise<readonly Timed[]> {
			going = false;
			await Promise.all(workers);
			return answers;
		},
	};
}

/** Requests that only the Mixer can allow: without a decision /door is answered 503. */
async function decidesAll(count: number): Promise<void> {
	const request = async () => (await ask("/door")).status;
	const statuses = await load({ count, concurrency: CONCURRENCY, request });
	const decided = statuses.filter((status) => status === 200).length;
	assert.equal(decided, count, `${decided} of ${count} requests were decided by the Mixer`);
}

async function untilUndecided(): Promise<void> {
	const probe = async () => (await ask("/door")).status === 503;
	await waitUntil({ what: "an answer by failure mode", timeoutMs: 10_000, probe });
}
