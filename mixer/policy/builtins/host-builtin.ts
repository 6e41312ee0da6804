import type { PolicyNetwork } from "../network/policy-network.ts";
import type { RegoValue } from "./rego-value.ts";

/** What a built-in may use of an evaluation. */
export interface BuiltinContext {
	/** When the evaluation began, nanoseconds since 1970: one evaluation sees one time. */
	readonly nowNs: bigint;
	/** So many bytes that nobody can foresee. */
	readonly randomBytes: (count: number) => Uint8Array;
	/** The value of a key in this evaluation, made when it is first asked for. */
	readonly once: (key: string, make: () => RegoValue) => RegoValue;
	/** The network, where its built-ins may use it. */
	readonly network?: PolicyNetwork;
}

/**
 * A built-in that OPA's Wasm leaves to its host. undefined is an expression without a value, as in OPA; a throw is an
 * evaluation that failed, with OPA's words. Whether that counts as undefined, the Policy says; never where it is not
 * OPA's fault (builtin-fault.ts).
 */
export type HostBuiltin = (args: readonly RegoValue[], context: BuiltinContext) => RegoValue | undefined;

/** Some built-ins by OPA's names. */
export type BuiltinFamily = readonly (readonly [name: string, run: HostBuiltin])[];
