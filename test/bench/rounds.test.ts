import assert from "node:assert/strict";
import test from "node:test";
import type { LoadJob } from "../../bench/load/job.ts";
import type { Measurement } from "../../bench/measure/measurement.ts";
import { planOf } from "../../bench/plan.ts";
import { runRounds, shuffled } from "../../bench/rounds.ts";

const plan = planOf({ rounds: 3, requests: 10, rates: [100], variants: ["bare", "cached", "mixer"] });
const deployments = plan.variants.map((_, i) => ({ port: i, processes: [], expresses: "nothing" as const }));
const contestants = plan.variants.map((variant, i) => ({ variant, deployment: deployments[i] ?? assert.fail() }));

const measurement: Measurement = {
	cpuUs: new Map([["Envoy", 40]]),
	p50Us: 1,
	p99Us: 2,
	requestsPerSecond: 100,
	unexpectedShare: 0,
};

/** Runs the rounds with a measurement that is made up, and tells what was asked for. */
async function run(measure: (port: number, job: Omit<LoadJob, "port">) => Measurement) {
	const jobs: { port: number; job: Omit<LoadJob, "port"> }[] = [];
	const result = await runRounds({
		plan,
		contestants,
		measure: async ({ port }, job) => {
			jobs.push({ port, job });
			return measure(port, job);
		},
		random: () => 0.5,
		signal: new AbortController().signal,
		onRound: () => undefined,
	});
	return { ...result, jobs };
}

test("every variant is measured once a round at each load, after one round that does not count", async () => {
	const { samples, jobs, faults } = await run(() => measurement);
	assert.equal(jobs.length, 3 + 3 * 3 * 2);
	assert.equal(samples.length, 3 * 3 * 2);
	assert.equal(new Set(samples.map((sample) => `${sample.id} ${sample.round} ${sample.ratePerSecond}`)).size, 18);
	assert.deepEqual([...faults], []);
});

test("no request number is used twice", async () => {
	const { jobs } = await run(() => measurement);
	const ranges = jobs.map(({ job }) => [job.firstNumber, job.firstNumber + job.count] as const);
	for (const [i, [first]] of ranges.entries()) if (i > 0) assert.equal(first, ranges[i - 1]?.[1]);
});

test("a variant whose answers are wrong is out, and the others go on", async () => {
	const { samples, faults, jobs } = await run((port) =>
		port === 1 ? { ...measurement, unexpectedShare: 0.25 } : measurement,
	);
	assert.deepEqual([...faults], [["cached", "25.0 % of the answers were not 200"]]);
	assert.deepEqual([...new Set(samples.map(({ id }) => id))].toSorted(), ["bare", "mixer"]);
	assert.equal(jobs.filter(({ port }) => port === 1).length, 1);
});

test("under a paced load a refusal is a result", async () => {
	const { faults } = await run((_, { ratePerSecond }) => ({
		...measurement,
		unexpectedShare: ratePerSecond ? 0.5 : 0,
	}));
	assert.deepEqual([...faults], []);
});

test("an order is one of the same things", () => {
	let seed = 1;
	const random = () => {
		seed = (seed * 16_807) % 2_147_483_647;
		return seed / 2_147_483_647;
	};
	const items = [1, 2, 3, 4, 5, 6, 7, 8];
	assert.deepEqual(shuffled(items, random).toSorted(), items);
	assert.notDeepEqual(shuffled(items, random), shuffled(items, random));
});
