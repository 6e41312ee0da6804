import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { balance, steadyLoad } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { breaks, LiveConfiguration } from "../support/live-configuration.ts";
import type { Paced, PacedLoad } from "../support/paced-load.ts";
import { checkout } from "../support/programs.ts";
import { decidedBy, wordOf } from "../support/revisions.ts";
import { scaled } from "../support/scale.ts";
import { ServerProcess } from "../support/server-process.ts";

/** Edits that are right, and edits that are not. */
const GOOD = scaled({ quick: 5, full: 50 });
const BROKEN = scaled({ quick: breaks.length, full: 50 });
/** Rollbacks, and kills of the server while an edit is on its way. */
const SWAPS = scaled({ quick: 2, full: 100 });
const KILLS = scaled({ quick: 1, full: 20 });
/** Requests a second, over both Envoys. */
const RATE = scaled({ quick: 200, full: 1000 });
/** What lies between an edit and the kill, one step more each time: a build and a push take a second or two. */
const KILL_STEP_MS = 150;
/** Longest that an older revision decides after a newer one is pushed, in milliseconds: held in the campaign, which has the machine to itself. */
const PUSH_BOUND_MS = scaled({ quick: 20_000, full: 200 });
/** Requests after a change that may have been under way. */
const UNDER_WAY = 40;

const proxies = ["edge-1", "edge-2"];

let configuration: LiveConfiguration;
let server: ServerProcess;
let upstream: EchoUpstream;
let envoys: TestEnvoy[] = [];
let loads: PacedLoad[] = [];
/** Words in the order in which they were put in force; going back is a word of its own. */
let words = 0;

before(async () => {
	configuration = await LiveConfiguration.make();
	await configuration.say("w0");
	upstream = await EchoUpstream.start();
	server = await ServerProcess.start({ configDir: configuration.dir, stateDir: configuration.stateDir });
	envoys = await Promise.all(proxies.map(startEnvoy));
	loads = envoys.map(({ port }) => steadyLoad(port, RATE / 2));
	await Promise.all(loads.map((load) => decidedBy("w0", load)));
	await status(([first, second]) => live(first) === 2 && live(second) === 2);
});

after(async () => {
	await Promise.all(loads.map((load) => load.stop().catch(() => undefined)));
	await Promise.all(envoys.map((envoy) => envoy.stop()));
	await Promise.all([server.stop(), upstream.stop()]);
	await configuration.remove();
});

describe("while requests run through two Envoys", () => {
	test("every edit goes live in all workers, and what is wrong changes nothing", async (t) => {
		const lags: number[] = [];
		for (let i = 0; i < Math.max(GOOD, BROKEN); i++) {
			if (i < GOOD) lags.push(await push());
			if (i < BROKEN) await pushBroken(i);
		}
		const longestMs = Math.max(...lags);
		t.diagnostic(`from a push to the last decision of an older revision: at most ${longestMs} ms`);
		assert.ok(longestMs <= PUSH_BOUND_MS, `${longestMs} ms`);
		for (const load of loads) expectNoStepBack(load.answers);
	});

	test("a rollback is in force until the next edit", async () => {
		for (let i = 0; i < SWAPS; i++) {
			const [current, before] = await history();
			assert.ok(current !== undefined && before !== undefined);
			const { from, revision, spread } = JSON.parse(await policy("rollback", before.revision.slice(0, 8)));
			assert.deepEqual([from, revision], [current.revision, before.revision]);
			assert.deepEqual([spread.live, spread.workers, spread.proxies], [4, 4, 2]);
			await expectAll(`w${words - ((i + 1) % 2)}`);
			const [first, second] = await history();
			assert.deepEqual([first?.revision, first?.inForce, first?.pinned], [before.revision, true, true]);
			assert.deepEqual([second?.revision, second?.inForce, second?.pinned], [current.revision, false, false]);
		}
		await push();
	});

	test("a kept revision whose module was changed is not gone back to", async () => {
		const [, before] = await history();
		assert.ok(before !== undefined);
		await appendFile(join(configuration.stateDir, "revisions", before.revision, "filter.wasm"), "x");
		await assert.rejects(policy("rollback", before.revision), ({ stderr }) => /filter\.wasm.*SHA256SUMS/.test(stderr));
		await expectAll(`w${words}`);
	});

	test("a server that was killed serves its last good revision again, whatever is in the folder", async () => {
		const { revision } = (await history())[0] ?? {};
		await server.kill();
		const mend = await configuration.break("words/wrong.rego", "package words\n\nx := \n");
		await Promise.all(loads.map((load) => load.answered(UNDER_WAY)));
		server = await server.startAgain();
		assert.deepEqual([server.ready.revision, server.ready.kept], [revision, true]);
		assert.equal((await server.event("not_changed")).revision, revision);
		await mend();
		await server.event("unchanged");
		await status((found) => found.length === 2 && found.every((proxy) => proxy.connected && live(proxy) === 2));
		await push();
	});

	test("a server that is killed while an edit is on its way puts it in force when it is back", async () => {
		for (let i = 0; i < KILLS; i++) {
			const word = `w${++words}`;
			await configuration.say(word);
			await setTimeout(i * KILL_STEP_MS);
			await server.kill();
			server = await server.startAgain();
			await Promise.all(loads.map((load) => decidedBy(word, load)));
			await expectAll(word);
		}
	});

	test("an Envoy that starts while an edit is on its way takes it", async (t) => {
		const word = `w${++words}`;
		const [envoy] = await Promise.all([startEnvoy("edge-3"), configuration.say(word)]);
		const load = steadyLoad(envoy.port, RATE / 4);
		t.after(async () => {
			await load.stop();
			await envoy.stop();
		});
		await Promise.all(loads.map((each) => decidedBy(word, each)));
		await expectAll(word);
		await status((found) => live(found.find(({ proxy }) => proxy === "edge-3")) === 2);
		await load.answered(UNDER_WAY);
		assert.equal(load.answers.map(wordOf).at(-1), word);
		assert.deepEqual(
			load.answers.filter(({ status }) => status !== 200),
			[],
		);
	});

	test("an Envoy that has the filter from the kept file starts without a server, and takes what comes next", async (t) => {
		const { port, ready } = server;
		assert.equal(await server.stop(), 0);
		const filter = { file: join(configuration.stateDir, "filter.json") };
		const envoy = await TestEnvoy.start({ upstreamPort: upstream.port, mixerPort: port, filter, change: balance });
		t.after(() => envoy.stop());
		const load = steadyLoad(envoy.port, RATE / 2);
		t.after(() => load.stop());
		await decidedBy(`w${words}`, load);
		server = await server.startAgain();
		assert.equal(server.ready.mixerPort, ready.mixerPort);
		await configuration.say(`w${++words}`);
		await decidedBy(`w${words}`, load);
		await load.stop();
		assert.deepEqual(
			load.answers.filter(({ status }) => status !== 200),
			[],
		);
	});

	test("no request has failed", async () => {
		await Promise.all(loads.map((load) => load.stop()));
		for (const { answers } of loads) {
			const failed = answers.filter(({ status, headers }) => status !== 200 || !headers.has("x-word"));
			assert.deepEqual(failed, []);
		}
		assert.equal(await server.stop(), 0);
	});
});

/** Puts the next word in force. Returns how long an older one decided after it was published, in milliseconds. */
async function push(): Promise<number> {
	const [from, answers] = [server.events.length, loads.map((load) => load.answers.length)];
	const word = `w${++words}`;
	await configuration.say(word);
	await server.event("published", from);
	const publishedMs = Date.now();
	const { spread } = await server.event("live", from);
	assert.deepEqual([spread.live, spread.workers, spread.proxies, spread.refused], [4, 4, 2, 0]);
	await expectAll(word);
	const since = loads.flatMap((load, index) => load.answers.slice(answers[index]));
	const older = since.filter((answer) => wordOf(answer) !== word).map(({ atMs }) => atMs - publishedMs);
	return Math.max(0, ...older);
}

async function pushBroken(number: number): Promise<void> {
	const kind = breaks[number % breaks.length];
	assert.ok(kind !== undefined);
	const from = server.events.length;
	const mend = await configuration.break(kind.file, kind.text);
	const { faults } = await server.event("not_changed", from);
	assert.match(faults.map(({ code = "", text }) => `${code} ${text}`).join("\n"), kind.says, kind.what);
	await expectAll(`w${words}`);
	await mend();
	await server.event("unchanged", from);
}

/** What is decided from now on says this word, but for what was under way. */
async function expectAll(word: string): Promise<void> {
	await Promise.all(loads.map((load) => load.answered(UNDER_WAY)));
	const from = loads.map((load) => load.answers.length);
	await Promise.all(loads.map((load) => load.answered(UNDER_WAY)));
	const decided = loads.flatMap((load, index) => load.answers.slice(from[index]).map(wordOf));
	assert.deepEqual([...new Set(decided)], [word]);
}

/** On one connection, which is one worker's, no request is decided by an older revision than the one before it. */
function expectNoStepBack(answers: readonly Paced[]): void {
	const last = new Map<number | undefined, number>();
	for (const answer of answers) {
		const number = Number(wordOf(answer)?.slice(1));
		const before = last.get(answer.fromPort) ?? 0;
		assert.ok(number >= before, `w${number} decided after w${before}`);
		last.set(answer.fromPort, number);
	}
	assert.ok(last.size > 1 && !last.has(undefined));
}

interface ProxyStatus {
	readonly proxy: string;
	readonly connected: boolean;
	readonly revisions: readonly { readonly revision: string; readonly workers: number; readonly condition: string }[];
}

/** Workers that run what is in force. */
function live(proxy: ProxyStatus | undefined): number {
	return proxy?.revisions.find(({ condition }) => condition === "current")?.workers ?? 0;
}

/** Returns once `sluice policy status` says so. */
async function status(isSo: (proxies: readonly ProxyStatus[]) => boolean): Promise<void> {
	for (let tries = 0; ; tries++) {
		const { proxies: found } = JSON.parse(await policy("status"));
		if (isSo(found)) return;
		assert.ok(tries < 20, JSON.stringify(found));
	}
}

async function history(): Promise<{ revision: string; inForce: boolean; pinned: boolean }[]> {
	return JSON.parse(await policy("history")).revisions;
}

/** `sluice policy … -o json`. */
async function policy(...args: readonly string[]): Promise<string> {
	const main = join(checkout, "cli/main.ts");
	const flags = ["--state", configuration.stateDir, "-o", "json"];
	return (await promisify(execFile)(process.execPath, [main, "policy", ...args, ...flags])).stdout;
}

function startEnvoy(nodeId: string): Promise<TestEnvoy> {
	return TestEnvoy.start({
		upstreamPort: upstream.port,
		mixerPort: server.port,
		filter: { discoveryPort: server.ready.discoveryPort },
		nodeId,
		change: balance,
	});
}
