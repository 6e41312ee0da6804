import type { HttpSendSettings } from "../../galley/snapshot.ts";
import type { BodyUse } from "./body-use.ts";

/** A path below `input`, one string a segment: ["request", "headers", "x-role"]. [] is the whole document. */
export type InputPath = readonly string[];

export interface PolicyRequirements {
	readonly name: string;
	readonly entrypoint: string;
	readonly placement: "proxy" | "mixer";
	/**
	 * The paths it can read, none below another, in byte order. A path above a part of the body (body-use.ts) does not
	 * take it in: the parts that are read are named beside it.
	 */
	readonly inputs: readonly InputPath[];
	/** What it does with the request's body: nothing, or it has to be whole, or it may be truncated. */
	readonly body: BodyUse;
	/** OPA's names of the built-ins it calls, sorted. */
	readonly builtins: readonly string[];
	/** False where it reads time or randomness or the network: its answers are never reused. */
	readonly deterministic: boolean;
	/** Whether a built-in that fails denies; else it has no value. One for all Policies of an entrypoint. */
	readonly strictBuiltinErrors: boolean;
}

/** What the policies of one build need of the proxy and of the Mixer. Written as requirements.json. */
export interface Requirements {
	/** SHA-256 in hex over everything that decides: code, data, settings. People are shown its first six digits. */
	readonly revision: string;
	readonly opaVersion: string;
	readonly policies: readonly PolicyRequirements[];
	/** What they may do with the network; left out where none of those in the Mixer uses it. */
	readonly httpSend?: HttpSendSettings;
	/** Attribute names that telemetry uses, sorted. */
	readonly reportAttributes: readonly string[];
}

/** What `sluice build` makes of one snapshot. */
export interface Build {
	readonly requirements: Requirements;
	/** What Envoy loads: the filter, linked with the Policies placed in the proxy. */
	readonly module: Uint8Array;
	/** The Policies placed in the Mixer in one module, an entrypoint each; empty where there is none. */
	readonly policyWasm: Uint8Array;
	/** The policies' data document, JSON, the same in both places. */
	readonly data: Uint8Array;
	/** The filter's plugin configuration, JSON (filters/config/config.ts). */
	readonly pluginConfig: string;
	/** How many Rego tests passed. */
	readonly testsPassed: number;
}
