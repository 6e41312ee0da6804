import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Teardown } from "../cli/up/teardown.ts";
import { MixerError } from "../mixer/error.ts";
import { wrongAnswers } from "./check-answers.ts";
import type { DeployContext, Deployment, Missing } from "./deploy/deployment.ts";
import { startUpstream } from "./deploy/upstream.ts";
import type { LoadJob } from "./load/job.ts";
import { LoadGenerator } from "./load/load-generator.ts";
import { measure } from "./measure/measurement.ts";
import { tickUs } from "./measure/process-cpu.ts";
import type { Plan } from "./plan.ts";
import type { Outcome } from "./report/report.ts";
import { type Contestant, runRounds } from "./rounds.ts";
import { DEPLOYMENTS, type DeploymentId, type Variant } from "./variants.ts";

export interface BenchmarkOptions {
	readonly plan: Plan;
	/** For configurations and logs. */
	readonly dir: string;
	readonly teardown: Teardown;
	readonly signal: AbortSignal;
	readonly random: () => number;
	/** A line of progress. */
	readonly note: (text: string) => void;
}

/** Starts everything, asks every variant the questions, measures those that answer right, and tells of all. */
export async function runBenchmark(options: BenchmarkOptions): Promise<readonly Outcome[]> {
	const { plan, signal, note } = options;
	const deployments = await deployAll(options);
	const contestants: Contestant[] = [];
	const out = new Map<string, Outcome>();
	for (const variant of plan.variants) {
		const entry = await admit(variant, deployments.get(variant.deployment));
		if ("deployment" in entry) {
			contestants.push(entry);
			continue;
		}
		out.set(variant.id, entry);
		note(`${variant.title}: ${entry.note}`);
	}
	const { samples, faults } = await runRounds({
		plan,
		contestants,
		measure: await measurer(options),
		random: options.random,
		signal,
		onRound: (round) => note(round === 0 ? "warming up" : `round ${round} of ${plan.rounds}`),
	});
	return plan.variants.map((variant): Outcome => {
		const fault = faults.get(variant.id);
		if (fault !== undefined) return { variant, state: "failed", note: fault };
		const own = samples.filter(({ id }) => id === variant.id);
		return out.get(variant.id) ?? { variant, state: "measured", samples: own };
	});
}

/** A variant to be measured, or why it isn't: what answers wrong is not compared. */
async function admit(
	variant: Variant,
	deployment: Deployment | Missing | MixerError | undefined,
): Promise<Contestant | Exclude<Outcome, { state: "measured" }>> {
	if (deployment === undefined) return { variant, state: "missing", note: "was not started" };
	if (deployment instanceof MixerError) return { variant, state: "failed", note: deployment.message };
	if ("missing" in deployment) return { variant, state: "missing", note: deployment.missing };
	const wrong = await wrongAnswers(deployment.port, deployment.expresses);
	if (wrong.length > 0) return { variant, state: "failed", note: `wrong answers: ${wrong.join("; ")}` };
	return { variant, deployment };
}

async function measurer({ teardown, signal }: BenchmarkOptions) {
	const load = new LoadGenerator();
	teardown.add("the load generator", () => load.stop());
	const shared = { load, tickUs: await tickUs(), delay: (ms: number) => delay(ms, undefined, { signal }) };
	return (deployment: Deployment, job: Omit<LoadJob, "port">) => measure({ deployment, job, ...shared });
}

/** Starts what the variants ask, each once; one that cannot be started does not keep the others from it. */
async function deployAll(
	options: BenchmarkOptions,
): Promise<ReadonlyMap<DeploymentId, Deployment | Missing | MixerError>> {
	const { dir, teardown, signal, note } = options;
	const upstreamPort = await startUpstream({ dir, teardown, signal, note });
	const ids = new Set(options.plan.variants.map(({ deployment }) => deployment));
	const deployments = new Map<DeploymentId, Deployment | Missing | MixerError>();
	for (const id of ids) {
		note(`starting ${id}`);
		const own = join(dir, id);
		await mkdir(own, { recursive: true });
		deployments.set(id, await deploy(id, { dir: own, upstreamPort, teardown, signal, note }));
	}
	return deployments;
}

async function deploy(id: DeploymentId, context: DeployContext): Promise<Deployment | Missing | MixerError> {
	try {
		return await DEPLOYMENTS[id](context);
	} catch (error) {
		context.signal.throwIfAborted();
		return MixerError.from(error);
	}
}
