import type { Policy, Quota, Settings } from "../../galley/snapshot.ts";
import { LEASE_SHARE } from "../quota/rule.ts";
import type { GrpcTypes } from "./grpc-types.ts";
import type { PolicyRequirements } from "./requirements.ts";

export interface PluginConfigParts {
	readonly settings: Settings;
	/** With what the build found out of each, in the same order. */
	readonly policies: readonly (readonly [Policy, PolicyRequirements])[];
	/** In the order of their names. */
	readonly quotas: readonly Quota[];
	readonly reportAttributes: readonly string[];
	/** Whether a Telemetry makes spans. */
	readonly makesSpans?: boolean;
	/** What the filter reads gRPC messages with. */
	readonly grpc?: GrpcTypes | undefined;
}

/**
 * The filter's plugin configuration. Envoy shows it in /config_dump: nothing secret goes in.
 *
 * @param revision left out while the revision is being made of the rest.
 */
export function pluginConfig(parts: PluginConfigParts, revision?: string): string {
	const { settings } = parts;
	return JSON.stringify({
		...(revision === undefined ? {} : { revision }),
		cluster: settings.mixer.cluster,
		default: settings.default,
		decisionIdInResponses: settings.decisionIdInResponses,
		rateLimitInResponses: settings.rateLimitInResponses,
		limits: {
			inputBytes: settings.limits.inputBytes,
			bodyBytes: settings.limits.bodyBytes,
			bodyTimeoutMs: settings.limits.bodyTimeoutMs,
			inputDepth: settings.limits.inputDepth,
			inputKeys: settings.limits.inputKeys,
			numberDigits: settings.limits.numberDigits,
			fuel: settings.limits.fuel,
		},
		cache: {
			entries: settings.cache.entries,
			bytes: settings.cache.bytes,
			ttlMs: settings.cache.ttlMs,
			denialTtlMs: settings.cache.denialTtlMs,
		},
		redaction: { headers: settings.redaction.headers, queryParameters: settings.redaction.queryParameters },
		...(parts.grpc === undefined ? {} : { grpc: parts.grpc }),
		policies: parts.policies.map(([policy, requirements]) => pluginPolicy(policy, requirements)),
		quotas: parts.quotas.map(pluginQuota),
		report: { attributes: parts.reportAttributes },
		...(parts.makesSpans === true && { tracing: tracingOf(settings) }),
	});
}

function tracingOf({ tracing: { sampling, trustCallers } }: Settings): object {
	// Whatever is more than nothing stays more.
	return { trustCallers, sampledPerMillion: Math.ceil(sampling * 1_000_000) };
}

function pluginPolicy(policy: Policy, requirements: PolicyRequirements): object {
	return {
		name: policy.name,
		entrypoint: policy.entrypoint,
		placement: requirements.placement,
		deterministic: requirements.deterministic,
		mode: policy.mode,
		failureMode: policy.failureMode,
		strictBuiltinErrors: policy.strictBuiltinErrors,
		deadlineMs: policy.deadlineMs,
		targets: policy.targets.map(({ protocol, listenerPort, host, pathPrefix, workload }) => ({
			protocol,
			listenerPort,
			host,
			pathPrefix,
			workload,
		})),
		inputs: requirements.inputs,
		body: requirements.body,
	};
}

/** What the proxy needs of a Quota: its limits and overrides are counted by in the Mixer. */
export function pluginQuota({ name, mode, failureMode, localLimit, windowMs, charge, ...quota }: Quota): object {
	const limits = [quota, ...quota.overrides];
	const leased = charge.at === "request" && limits.some(({ limit, burst }) => (burst ?? limit) >= LEASE_SHARE);
	return { name, mode, failureMode, localLimit: localLimit ?? 0, windowMs, leased, charge };
}
