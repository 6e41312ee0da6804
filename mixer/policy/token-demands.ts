import type { PlanValue } from "./plan-value.ts";

/** What a call of io.jwt.decode_verify asks for, as far as its constraints stand in the policy. */
export interface TokenDemands {
	/** What only the Mixer verifies with. */
	readonly beyondProxy?: string;
	/** True where the token says what it is verified with: an algorithm that the proxy hasn't is an error there. */
	readonly anyAlgorithm?: true;
}

/** The algorithms that Envoy verifies no signatures of. */
const beyond = /^(?:PS|HS)(?:256|384|512)$|^EdDSA$/;

/** Reads the constraints that a built-in is called with; nothing of one that verifies no tokens. */
export function tokenDemands(builtin: string, [, constraints]: readonly PlanValue[]): TokenDemands {
	if (builtin !== "io.jwt.decode_verify") return {};
	if (constraints?.fields?.has("secret")) return { beyondProxy: "a secret" };
	const algorithm = constraints?.fields?.get("alg")?.constant;
	if (algorithm === undefined) return { anyAlgorithm: true };
	return beyond.test(algorithm) ? { beyondProxy: `the algorithm ${algorithm}` } : {};
}
