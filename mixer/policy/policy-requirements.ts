import type { Policy } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { explainAbsentInputs } from "./absent-inputs.ts";
import { requireInput } from "./body-use.ts";
import { volatileBuiltins } from "./builtins/registry.ts";
import { checkConnectionReads } from "./connection-reads.ts";
import { ignoredFields } from "./decision-fields.ts";
import { explainPolicy, type PolicyExplanation } from "./explain.ts";
import { checkInputReads } from "./input-check.ts";
import { type DataSize, placePolicy } from "./placement.ts";
import type { Plan } from "./plan.ts";
import { analysePlan } from "./plan-analysis.ts";
import type { PolicyRequirements } from "./requirements.ts";

/** What the requirements are found out from. */
export interface RequirementSources {
	readonly plan: Plan;
	/** Built-ins that the compiled policies leave to their host. */
	readonly leftToHost: ReadonlySet<string>;
	/** Those that the filter has. */
	readonly proxyBuiltins: ReadonlySet<string>;
	/** Hosts that policies in the Mixer may ask. */
	readonly hosts: readonly string[];
	readonly data: DataSize;
}

/** What a Policy requires, and why. */
export interface RequiredPolicy {
	readonly policy: Policy;
	readonly requirements: PolicyRequirements;
	readonly explanation: PolicyExplanation;
}

/**
 * What each Policy requires and where it is placed, in the order given.
 *
 * @throws MixerError "invalid" with every path of the input that can hold nothing, every built-in that is not where the
 * Policy has to run, and every entrypoint that is to fail in two ways.
 */
export function requirePolicies(policies: readonly Policy[], sources: RequirementSources): RequiredPolicy[] {
	const { plan, ...builtins } = sources;
	const faults = new Set<string>(differentStrictness(policies));
	const found = policies.flatMap((policy) => {
		const reads = analysePlan(plan, policy.entrypoint);
		const placed = placePolicy({ policy, reads, ...builtins });
		const wrong = [
			...checkInputReads(reads.inputs),
			...checkConnectionReads(policy, reads),
			...("faults" in placed ? placed.faults : []),
		];
		for (const fault of wrong) faults.add(fault);
		if ("faults" in placed) return [];
		const required = requireInput(reads.inputs, policy.body);
		const names = reads.builtins.map((call) => call.name);
		const requirements: PolicyRequirements = {
			name: policy.name,
			entrypoint: policy.entrypoint,
			placement: placed.placement,
			inputs: required.inputs,
			body: required.body,
			builtins: names,
			deterministic: !names.some((name) => volatileBuiltins.has(name)),
			strictBuiltinErrors: policy.strictBuiltinErrors,
		};
		const ignored = ignoredFields(reads.fields);
		const { withoutBody } = required;
		const explanation = explainPolicy({
			...{ policy, requirements, reads, ignored, withoutBody, data: sources.data },
			...placed,
		});
		return [{ policy, requirements, explanation }];
	});
	if (faults.size > 0) throw new MixerError("invalid", explainAbsentInputs([...faults].join("\n")));
	return found;
}

/** The Mixer is asked for an entrypoint, and doesn't learn for which Policy. */
function differentStrictness(policies: readonly Policy[]): string[] {
	return policies.flatMap((policy, i) => {
		const isOther = (other: Policy) =>
			other.entrypoint === policy.entrypoint && other.strictBuiltinErrors !== policy.strictBuiltinErrors;
		const other = policies.slice(0, i).find(isOther);
		if (other === undefined) return [];
		const asks = `asks for ${policy.entrypoint} with strictBuiltinErrors: ${policy.strictBuiltinErrors}`;
		const place = `${policy.file}:${policy.line}: Policy ${policy.name}`;
		return [`${place} ${asks}, and Policy ${other.name} with ${other.strictBuiltinErrors}: say the same in both`];
	});
}
