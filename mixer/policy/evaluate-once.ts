import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import type { ExplainedBuild } from "./build.ts";
import { PolicyEngine } from "./engine.ts";
import { LinkedInstance } from "./link/linked-instance.ts";
import { checkPolicyInput } from "./policy-input.ts";
import type { EvaluationOptions } from "./policy-instance.ts";
import type { InputPath, PolicyRequirements } from "./requirements.ts";
import { vmConfig } from "./vm-config.ts";

/** One evaluation, for a person. */
export interface EvaluatedOnce {
	readonly status: "ok" | "undefined" | "policy_error" | "unavailable";
	/** The decision as JSON; undefined where there is none. */
	readonly decision: string | undefined;
	/** Why there is none. */
	readonly error?: string;
	readonly placement: "proxy" | "mixer";
	readonly revision: string;
	readonly durationNs: number;
	/** Units of work, in the proxy; of the first evaluation, which compiles what regular expressions it comes to. */
	readonly fuel?: number;
	/** The paths of the input that the policy can read. */
	readonly read: readonly InputPath[];
}

export interface EvaluateOnceOptions {
	readonly build: ExplainedBuild;
	readonly entrypoint: string;
	/** A JSON object in UTF-8. */
	readonly input: Uint8Array;
	/** What an evaluation in the proxy may take. */
	readonly fuel: number;
	readonly clock: Clock;
	/** Nanoseconds from any start. */
	readonly nowNs: () => bigint;
}

/** Longest wait for an evaluation in the Mixer's engine: a person can wait longer than a request. */
const DEADLINE_MS = 10_000;

/**
 * Evaluates an entrypoint of a build where its Policy is placed: in the linked filter or in the Mixer's engine. The
 * duration is that of a second evaluation, because the first one compiles.
 *
 * @throws MixerError "policy" where the input is not a JSON object, "invalid" where no Policy asks for the entrypoint.
 */
export async function evaluateOnce(options: EvaluateOnceOptions): Promise<EvaluatedOnce> {
	const { build, entrypoint, input } = options;
	checkPolicyInput(input);
	const { policies, revision } = build.requirements;
	const policy = policies.find((candidate) => candidate.entrypoint === entrypoint);
	if (policy === undefined) throw new MixerError("invalid", `no Policy asks for the entrypoint ${entrypoint}`);
	const about = { placement: policy.placement, revision, read: policy.inputs };
	return policy.placement === "proxy" ? inProxy(options, about, policy) : inMixer(options, about);
}

type About = {
	readonly revision: string;
	readonly read: PolicyRequirements["inputs"];
	readonly placement: "proxy" | "mixer";
};

function inProxy(
	{ build, entrypoint, input, fuel, clock, nowNs }: EvaluateOnceOptions,
	about: About,
	how: EvaluationOptions,
): EvaluatedOnce {
	const instance = new LinkedInstance({
		module: new WebAssembly.Module(build.evaluable),
		vmConfig: vmConfig(build),
		pluginConfig: build.pluginConfig,
		now: () => clock.now(),
	});
	const number = instance.entrypoints.get(entrypoint);
	if (number === undefined) throw new MixerError("invalid", `the linked filter has no entrypoint ${entrypoint}`);
	const { fuel: used } = instance.evaluate(number, input, fuel, how);
	const started = nowNs();
	const { value, fault } = instance.evaluate(number, input, fuel, how);
	const durationNs = Number(nowNs() - started);
	const status = fault !== undefined ? "policy_error" : value === undefined ? "undefined" : "ok";
	return { status, decision: value, ...(fault !== undefined && { error: fault }), ...about, durationNs, fuel: used };
}

async function inMixer(
	{ build, entrypoint, input, clock, nowNs }: EvaluateOnceOptions,
	about: About,
): Promise<EvaluatedOnce> {
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 1, clock });
	try {
		await engine.load(build);
		const request = { revision: about.revision, entrypoint, input, deadlineMs: DEADLINE_MS };
		await engine.evaluate(request);
		const started = nowNs();
		const answer = await engine.evaluate(request);
		const durationNs = Number(nowNs() - started);
		if (answer.status === "ok") return { status: "ok", decision: answer.value, ...about, durationNs };
		if (answer.status === "unknown_revision") throw new MixerError("internal", "the engine does not hold the build");
		const error = "error" in answer ? { error: answer.error } : {};
		return { status: answer.status, decision: undefined, ...error, ...about, durationNs };
	} finally {
		await engine.stop();
	}
}
