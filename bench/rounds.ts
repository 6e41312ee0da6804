import type { Deployment } from "./deploy/deployment.ts";
import type { LoadJob } from "./load/job.ts";
import type { Measurement } from "./measure/measurement.ts";
import type { Plan } from "./plan.ts";
import { LOAD_STATUS, REQUESTS } from "./questions.ts";
import type { Variant } from "./variants.ts";

/** A variant that answered as it should. */
export interface Contestant {
	readonly variant: Variant;
	readonly deployment: Deployment;
}

/** What one measurement of a round was of. */
export interface Sample {
	readonly id: string;
	readonly round: number;
	/** Left out where the load was as fast as answers came. */
	readonly ratePerSecond?: number;
	readonly measurement: Measurement;
}

/** Connections of a paced load: enough that a request never waits for one while the proxy keeps up. */
const PACED_CONNECTIONS = 32;

/** Longest measurement, in milliseconds, in which even the slowest variant answers all. */
const JOB_TIMEOUT_MS = 120_000;

/** Share of the answers of which a load may get another status: a machine that halts for seconds costs as many denials. */
const MAX_UNEXPECTED_SHARE = 0.001;

export interface RoundsOptions {
	readonly plan: Plan;
	readonly contestants: readonly Contestant[];
	readonly measure: (deployment: Deployment, job: Omit<LoadJob, "port">) => Promise<Measurement>;
	readonly random: () => number;
	readonly signal: AbortSignal;
	readonly onRound: (round: number) => void;
}

/** Measures every variant in every round, in another random order each time. A variant that fails is out of the rest. */
export async function runRounds(options: RoundsOptions): Promise<{
	readonly samples: readonly Sample[];
	/** By variant, why it is out. */
	readonly faults: ReadonlyMap<string, string>;
}> {
	const { plan, contestants, signal } = options;
	const samples: Sample[] = [];
	const faults = new Map<string, string>();
	const numbers = { next: 1 };
	// Round 0 warms up and counts for nothing.
	for (let round = 0; round <= plan.rounds; round++) {
		options.onRound(round);
		const rates = round === 0 ? [undefined] : [undefined, ...plan.rates];
		const tasks = contestants.flatMap((contestant) => rates.map((rate) => ({ contestant, rate })));
		for (const { contestant, rate } of shuffled(tasks, options.random)) {
			const { id } = contestant.variant;
			signal.throwIfAborted();
			if (faults.has(id)) continue;
			try {
				const measurement = await perform({ ...options, contestant, numbers }, rate);
				if (round > 0) samples.push({ id, round, ...(rate !== undefined && { ratePerSecond: rate }), measurement });
			} catch (error) {
				signal.throwIfAborted();
				faults.set(id, error instanceof Error ? error.message : String(error));
			}
		}
	}
	return { samples: samples.filter(({ id }) => !faults.has(id)), faults };
}

/** One measurement. The numbers of requests go on from one to the next, so that none was ever asked before. */
async function perform(
	options: Pick<RoundsOptions, "plan" | "measure"> & { contestant: Contestant; numbers: { next: number } },
	ratePerSecond: number | undefined,
): Promise<Measurement> {
	const { plan, contestant, numbers } = options;
	const { variant, deployment } = contestant;
	const rate = ratePerSecond !== undefined && { ratePerSecond };
	const job = jobOf({ plan, variant, firstNumber: numbers.next, ...rate });
	numbers.next += job.count;
	const measurement = await options.measure(deployment, job);
	const { unexpectedShare: share } = measurement;
	// Under more load than it can take, a refusal is a result.
	if (ratePerSecond === undefined && share > MAX_UNEXPECTED_SHARE) {
		throw new Error(`${(share * 100).toFixed(1)} % of the answers were not ${LOAD_STATUS}`);
	}
	return measurement;
}

function jobOf(options: {
	plan: Plan;
	variant: Variant;
	firstNumber: number;
	ratePerSecond?: number;
}): Omit<LoadJob, "port"> {
	const { plan, variant, firstNumber, ratePerSecond } = options;
	const shared = {
		requests: REQUESTS[variant.requests],
		firstNumber,
		expectedStatus: LOAD_STATUS,
		timeoutMs: JOB_TIMEOUT_MS,
	};
	if (ratePerSecond === undefined) return { ...shared, count: plan.requests, connections: plan.connections };
	const count = Math.ceil(ratePerSecond * plan.pacedSeconds);
	return { ...shared, count, connections: PACED_CONNECTIONS, ratePerSecond };
}

/** The same in a random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
	const rest = [...items];
	const order: T[] = [];
	while (rest.length > 0) order.push(...rest.splice(Math.floor(random() * rest.length), 1));
	return order;
}
