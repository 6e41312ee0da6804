import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { type Asked, QuotaLoad } from "../support/quota-load.ts";
import { QuotaMesh } from "../support/quota-mesh.ts";
import { scaled } from "../support/scale.ts";

/** The Policy's deadline in test/testdata/e2e/quota-faults, in milliseconds, and what a busy machine may add to it. */
const DEADLINE_MS = 500;
const SLACK_MS = 2000;

const ENVOYS = 3;
/** How often every fault is made, each time with keys that were never used. */
const ROUNDS = scaled({ quick: 1, full: 20 });
/** Requests a second over all Envoys, half of them on each quota. */
const RATE = scaled({ quick: 300, full: 900 });
/** Of each key. More is asked for in every run. */
const LIMIT = scaled({ quick: 150, full: 600 });
/** What the configuration lets each Envoy pass of a key of `lenient` while nobody counts. */
const LOCAL_LIMIT = 15;
/** Answers before a fault, and while it lasts. */
const MEANWHILE = RATE / 3;
/**
 * Of a limit, what arrives at least in spite of a fault, besides what was asked for in vain: else nothing would show that
 * the limit holds. What a stalled Redis grants when it goes on is granted to nobody.
 */
const LEAST_SHARE = 0.6;

let mesh: QuotaMesh;
let keys = 0;

before(async () => {
	mesh = await QuotaMesh.start(ENVOYS);
});
after(() => mesh.stop());

/** What a fault does while requests run, and how often a limit may begin anew for it. */
interface Fault {
	readonly what: string;
	readonly begin: (run: Run) => Promise<void>;
	readonly end: (run: Run) => Promise<void>;
	/** How often the store loses what it has counted. */
	readonly emptied: number;
	/** Whether there is a time in which nobody counts. */
	readonly isOutage: boolean;
}

const faults: readonly Fault[] = [
	{
		what: "the Mixer is killed and started again",
		begin: () => mesh.server.kill(),
		end: async () => {
			mesh.server = await mesh.server.startAgain();
		},
		emptied: 0,
		isOutage: true,
	},
	{
		what: "Redis is killed and an empty one comes later",
		begin: () => mesh.redis.kill(),
		end: () => mesh.redis.run(),
		emptied: 1,
		isOutage: true,
	},
	{
		what: "Redis is stalled and goes on",
		begin: async () => mesh.redis.stall(),
		end: async () => mesh.redis.resume(),
		emptied: 0,
		isOutage: true,
	},
	{
		what: "Redis is replaced by an empty one",
		begin: async () => {
			await mesh.redis.kill();
			await mesh.redis.run();
		},
		end: async () => undefined,
		emptied: 1,
		isOutage: false,
	},
	{
		what: "another revision is put in force",
		begin: async (run) => {
			const word = await mesh.edit();
			const isInForce = ({ port }: { port: number }) => run.load.asked.some((asked) => isOf(asked, port, word));
			await run.load.until(`decisions by ${word}`, () => mesh.envoys.every(isInForce));
		},
		end: async () => undefined,
		emptied: 0,
		isOutage: false,
	},
];

describe(`under load, ${ENVOYS} Envoys on one Redis admit no more than is stated, in time, when`, () => {
	for (const fault of faults) {
		test(fault.what, async (t) => {
			for (let round = 0; round < ROUNDS; round++) await withFault(fault, t);
		});
	}

	test("an Envoy is killed: what it held is lost, and no more", async (t) => {
		const run = new Run(t);
		await run.load.answered(MEANWHILE);
		const envoy = mesh.envoys.pop() ?? assert.fail();
		process.kill(envoy.pid, "SIGKILL");
		await run.usedUp();
		await envoy.stop();
		run.expect(LIMIT, { killed: envoy.port });
	});

	test("an Envoy is drained: what it has is answered, and the others go on", async (t) => {
		const run = new Run(t);
		await run.load.answered(MEANWHILE);
		const [envoy] = mesh.envoys;
		assert.ok(envoy !== undefined);
		const drained = envoy.drain(DEADLINE_MS + SLACK_MS);
		await run.usedUp();
		await drained;
		await envoy.stop();
		run.expect(LIMIT, { drained: envoy.port });
	});
});

/** Who is not expected to answer every request. */
interface Gone {
	/** The Envoy from which requests may end without an answer. */
	readonly killed?: number;
	/** The Envoy that takes no connections any more. */
	readonly drained?: number;
}

/** A load on one key of each quota. */
class Run {
	readonly load: QuotaLoad;
	readonly #key = `key-${++keys}`;

	readonly #test: TestContext;

	constructor(test: TestContext) {
		this.#test = test;
		mesh.upstream.arrivals.length = 0;
		this.load = new QuotaLoad({
			ports: () => mesh.envoys.map(({ port }) => port),
			path: (index) => `/${index % 2 === 0 ? "strict" : "lenient"}/${this.#key}/${LIMIT}/${index}`,
			due: (passedMs) => (passedMs * RATE) / 1000,
			connections: 8,
		});
	}

	/** Goes on until nothing is left of either quota, and ends. */
	async usedUp(): Promise<void> {
		const from = this.load.asked.length;
		const isDenied = (quota: string) =>
			this.load.asked
				.slice(from)
				.some((asked) => asked.status === 429 && !isLocal(asked) && isDrawn(asked.path, quota));
		await this.load.until("the end of both quotas", () => isDenied("strict") && isDenied("lenient"));
		await this.load.stop();
	}

	/** @param most - how many requests may have reached the upstream, but for what an outage lets pass of `lenient`. */
	expect(most: number, { killed, drained }: Gone = {}): void {
		const { asked } = this.load;
		const unexpected = asked.filter(({ status, port }) => {
			if (status === 0) return port !== killed && port !== drained;
			return ![200, 429, 503].includes(status);
		});
		assert.deepEqual(unexpected, []);
		const slowest = Math.max(...asked.map(({ sentMs, answeredMs }) => answeredMs - sentMs));
		this.#test.diagnostic(`${asked.length} requests, the slowest in ${slowest} ms`);
		assert.ok(slowest <= DEADLINE_MS + SLACK_MS, `the slowest answer took ${slowest} ms`);
		const { arrivals } = mesh.upstream;
		const undecided = arrivals.filter(({ headers }) => !headers.has("x-decided"));
		assert.deepEqual(undecided, []);
		const passed = asked.filter(({ status, port }) => status === 200 || (status === 0 && port === killed));
		const known = new Set(passed.map(({ path }) => path));
		assert.deepEqual(arrivals.filter(({ path }) => !known.has(path)), []); // biome-ignore format: a row
		this.#expectCount("strict", most);
		this.#expectCount("lenient", most + ENVOYS * LOCAL_LIMIT);
	}

	/** What arrived of a key, and that the limit was really reached. */
	#expectCount(quota: string, most: number): void {
		const arrived = mesh.upstream.arrivals.filter(({ path }) => isDrawn(path, quota)).length;
		const inVain = this.load.asked.filter(
			(asked) => isDrawn(asked.path, quota) && (asked.status === 503 || asked.status === 0 || isLocal(asked)),
		);
		this.#test.diagnostic(`${arrived} of ${most} of ${quota}, ${inVain.length} in vain`);
		assert.ok(arrived <= most, `${arrived} of at most ${most} of ${quota}`);
		const least = LEAST_SHARE * LIMIT - inVain.length;
		assert.ok(arrived >= least, `${arrived} of at least ${least} of ${quota}`);
	}
}

async function withFault(fault: Fault, t: TestContext): Promise<void> {
	const run = new Run(t);
	await run.load.answered(MEANWHILE);
	await fault.begin(run);
	if (fault.isOutage) await run.load.until("an outage", () => run.load.asked.some(({ status }) => status === 503));
	await run.load.answered(MEANWHILE);
	await fault.end(run);
	await run.usedUp();
	const most = LIMIT * (1 + fault.emptied);
	run.expect(most);
}

function isOf({ port, headers }: Asked, from: number, word: string): boolean {
	return port === from && headers.get("x-word") === word;
}

/** Whether it was refused because nobody counted, and its Envoy had let pass what it may. */
function isLocal({ status, headers }: Asked): boolean {
	return status === 429 && (headers.get("ratelimit-policy") ?? "").includes(`;q=${LOCAL_LIMIT};`);
}

function isDrawn(path: string, quota: string): boolean {
	return path.startsWith(`/${quota}/`);
}
