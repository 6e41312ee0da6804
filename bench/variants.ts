import type { Deploy } from "./deploy/deployment.ts";
import { nativeFilters, wasmThatDoesNothing } from "./deploy/native.ts";
import { NATIVE_RULES } from "./deploy/native-rules.ts";
import { opaPeer } from "./deploy/opa-peer.ts";
import { sluice } from "./deploy/sluice.ts";
import type { REQUESTS } from "./questions.ts";

const BOOKSTORE = "bookstore/authz/decision";

/** What is started, each once; two variants can ask the same one in different ways. */
export const DEPLOYMENTS = {
	bare: nativeFilters([], "nothing"),
	nothing: wasmThatDoesNothing,
	native: nativeFilters(NATIVE_RULES, "status"),
	proxy: sluice({ placement: "auto", entrypoint: BOOKSTORE }, "proxy"),
	regex: sluice({ placement: "auto", entrypoint: "bench/regex/decision", more: "regex" }, "proxy"),
	quotas: sluice(
		{ placement: "auto", entrypoint: "bench/quotas/decision", more: "quotas", quotas: ["role", "all"] },
		"proxy",
	),
	mixer: sluice({ placement: "mixer", entrypoint: BOOKSTORE }, "mixer"),
	opa: opaPeer,
} as const satisfies Record<string, Deploy>;

export type DeploymentId = keyof typeof DEPLOYMENTS;

/** One line of the results. */
export interface Variant {
	/** For --variants. */
	readonly id: string;
	readonly title: string;
	readonly deployment: DeploymentId;
	readonly requests: keyof typeof REQUESTS;
}

/** What is compared, in the order of the tables. */
export const VARIANTS: readonly Variant[] = [
	{ id: "bare", title: "Envoy alone", deployment: "bare", requests: "new" },
	{ id: "nothing", title: "Wasm filter that does nothing", deployment: "nothing", requests: "new" },
	{ id: "native", title: "Envoy's RBAC and local_ratelimit", deployment: "native", requests: "new" },
	{ id: "cached", title: "Sluice, policy in Envoy, cached", deployment: "proxy", requests: "same" },
	{ id: "uncached", title: "Sluice, policy in Envoy", deployment: "proxy", requests: "new" },
	{ id: "regex", title: "Sluice, policy with a regex in Envoy", deployment: "regex", requests: "new" },
	{ id: "undrawn", title: "Sluice with quotas that are not drawn on", deployment: "quotas", requests: "undrawn" },
	{ id: "quotas", title: "Sluice, policy in Envoy, cached, two quotas", deployment: "quotas", requests: "drawing" },
	{ id: "mixer", title: "Sluice, policy in the Mixer", deployment: "mixer", requests: "new" },
	{ id: "opa", title: "ext_authz, server on OPA's library", deployment: "opa", requests: "new" },
];

/** The variant that others are compared with, if nobody says otherwise. */
export const BASE = "bare";
