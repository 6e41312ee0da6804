import { MixerError } from "../../error.ts";
import type { EvaluationOptions } from "../policy-instance.ts";
import { LinkedInstance, type LinkedInstanceOptions } from "./linked-instance.ts";
import { proveRegexes } from "./prove-regexes.ts";

const EMPTY_INPUT = Buffer.from("{}");

/** What is proven of the linked filter. */
export interface LinkedProof extends Omit<LinkedInstanceOptions, "now"> {
	/** The Policies placed in the proxy. */
	readonly policies: readonly (EvaluationOptions & { readonly name: string; readonly entrypoint: string })[];
	/** What one evaluation may take. */
	readonly fuel: number;
}

/**
 * Starts and configures the linked filter as Envoy will, whose own refusals name no reason, and evaluates every Policy in
 * it once, with nothing known of the request.
 *
 * @throws MixerError "invalid" where that fails, with the filter's own lines; "tool" where opa compiled otherwise than is
 * known here.
 */
export function proveLinked({ policies, fuel, ...options }: LinkedProof): void {
	const instance = new LinkedInstance({ ...options, now: () => 0 });
	proveRegexes(instance);
	for (const { name, entrypoint, ...how } of policies) {
		const number = instance.entrypoints.get(entrypoint);
		if (number === undefined) throw new MixerError("invalid", `the linked filter has no entrypoint ${entrypoint}`);
		const { fault } = instance.evaluate(number, EMPTY_INPUT, fuel, how);
		if (fault !== undefined) throw new MixerError("invalid", `Policy ${name} fails on an empty input: ${fault}`);
	}
}
