import type { PlanValue } from "./plan-value.ts";

/** What a call of a built-in asks for, as far as its arguments stand in the policy. */
export interface BuiltinDemands {
	/** What only the Mixer verifies with. */
	readonly beyondProxy?: string;
	/** True where a token says what it is verified with: an algorithm that the proxy hasn't is an error there. */
	readonly anyAlgorithm?: true;
}

/** The algorithms that Envoy verifies no signatures of. */
const beyond = /^(?:PS|HS)(?:256|384|512)$|^EdDSA$/;

/** Time zones that the proxy knows. */
const proxyZones: ReadonlySet<string | undefined> = new Set([undefined, "", "UTC"]);

/** Reads the constraints that tokens are verified with, and the time zones of times. */
export function builtinDemands(builtin: string, args: readonly PlanValue[]): BuiltinDemands {
	if (builtin === "io.jwt.decode_verify") return tokenDemands(args[1]);
	return builtin.startsWith("time.") ? zoneDemands(args) : {};
}

/** A time with a zone is an array of both, and maybe a layout. */
function zoneDemands(args: readonly PlanValue[]): BuiltinDemands {
	const zones = args.map(({ constant }) => (typeof constant === "object" ? constant[1] : undefined));
	const zone = zones.find((each) => !proxyZones.has(each));
	return zone === undefined ? {} : { beyondProxy: `the time zone ${zone}` };
}

function tokenDemands(constraints: PlanValue | undefined): BuiltinDemands {
	if (constraints?.fields?.has("secret")) return { beyondProxy: "a secret" };
	const algorithm = constraints?.fields?.get("alg")?.constant;
	if (algorithm === undefined) return { anyAlgorithm: true };
	return beyond.test(algorithm) ? { beyondProxy: `the algorithm ${algorithm}` } : {};
}
