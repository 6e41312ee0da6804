import type { Policy } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { describeRefused, refusedBuiltins, volatileBuiltins } from "./builtins/registry.ts";
import type { Compiled } from "./compile.ts";
import { checkInputReads } from "./input-check.ts";
import { analysePlan } from "./plan-analysis.ts";
import { type BuiltinCall, type PlanReads, requiredPaths } from "./plan-reads.ts";
import { hostBuiltinsOf } from "./policy-instance.ts";
import type { PolicyRequirements } from "./requirements.ts";

/**
 * What each Policy requires, in the order given.
 *
 * @throws MixerError "invalid" with every path of the input that can hold nothing and every built-in that the Mixer
 * cannot run.
 */
export function requirePolicies(policies: readonly Policy[], compiled: Compiled): PolicyRequirements[] {
	const reads = policies.map((policy) => [policy, analysePlan(compiled.plan, policy.entrypoint)] as const);
	const called = reads.flatMap(([, { builtins }]) => builtins.map(({ name }) => name));
	const refused = new Set(refusedBuiltins(called, hostBuiltinsOf(compiled.policyWasm)));
	const faults = new Set([
		...reads.flatMap(([, { inputs }]) => checkInputReads(inputs)),
		...reads.flatMap(([, { builtins }]) => builtins.filter(({ name }) => refused.has(name)).map(describeCall)),
	]);
	if (faults.size > 0) throw new MixerError("invalid", [...faults].join("\n"));
	return reads.map(([policy, read]) => requirementsOf(policy, read));
}

function requirementsOf({ name, entrypoint }: Policy, reads: PlanReads): PolicyRequirements {
	const builtins = reads.builtins.map((call) => call.name);
	return {
		name,
		entrypoint,
		placement: "mixer",
		inputs: requiredPaths(reads.inputs),
		builtins,
		deterministic: !builtins.some((builtin) => volatileBuiltins.has(builtin)),
	};
}

function describeCall({ name, place }: BuiltinCall): string {
	return `${place.file}:${place.row}: ${describeRefused([name])}`;
}
