import { waitUntil } from "../../cli/up/wait-until.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { LoadJob, LoadResult } from "../load/job.ts";
import { cpuTicks } from "./process-cpu.ts";
import { quantile } from "./statistics.ts";

/** What one load told of one deployment. */
export interface Measurement {
	/** CPU time of a request in microseconds, by process. */
	readonly cpuUs: ReadonlyMap<string, number>;
	readonly p50Us: number;
	readonly p99Us: number;
	readonly requestsPerSecond: number;
	/** Of all answers, the share that had another status than the load's. */
	readonly unexpectedShare: number;
}

/** Longest wait for what is left to be done after the last answer, in milliseconds: a record waits for one second at most. */
const SETTLE_TIMEOUT_MS = 15_000;

/** Between two looks, in milliseconds: a look costs the Envoy under measurement something as well. */
const LOOK_INTERVAL_MS = 250;

/** Looks at most until nothing uses the CPU any more. */
const MAX_LOOKS = 12;

/** Runs a job against a deployment and takes its processes' CPU time, of work after the answers as well. */
export async function measure(options: {
	readonly deployment: Deployment;
	readonly job: Omit<LoadJob, "port">;
	readonly load: { run(job: LoadJob): Promise<LoadResult> };
	readonly tickUs: number;
	readonly delay: (ms: number) => Promise<unknown>;
}): Promise<Measurement> {
	const { deployment, job, tickUs } = options;
	const before = await ticksOf(deployment);
	const result = await options.load.run({ ...job, port: deployment.port });
	const after = await ticksAtRest(deployment, options.delay);
	const names = deployment.processes.map(({ name }) => name);
	const used = names.map((_, i) => (((after[i] ?? 0) - (before[i] ?? 0)) * tickUs) / job.count);
	const sorted = result.latenciesUs.toSorted();
	return {
		cpuUs: new Map(names.map((name, i) => [name, used[i] ?? 0])),
		p50Us: quantile(sorted, 0.5),
		p99Us: quantile(sorted, 0.99),
		requestsPerSecond: (job.count / result.elapsedMs) * 1000,
		unexpectedShare: result.unexpected / job.count,
	};
}

async function ticksAtRest(
	deployment: Deployment,
	delay: (ms: number) => Promise<unknown>,
): Promise<readonly number[]> {
	const { isSettled } = deployment;
	if (isSettled !== undefined) {
		await waitUntil({
			what: "the last records' way to the Mixer",
			timeoutMs: SETTLE_TIMEOUT_MS,
			probe: async () => {
				if (await isSettled()) return true;
				await delay(LOOK_INTERVAL_MS);
				return false;
			},
		});
	}
	let ticks = await ticksOf(deployment);
	for (let look = 0; look < MAX_LOOKS; look++) {
		await delay(LOOK_INTERVAL_MS);
		const now = await ticksOf(deployment);
		if (now.every((value, i) => value === ticks[i])) break;
		ticks = now;
	}
	return ticks;
}

function ticksOf({ processes }: Deployment): Promise<readonly number[]> {
	return Promise.all(processes.map(({ pid }) => cpuTicks(pid)));
}
