import { posix } from "node:path";
import { sharedDataPaths } from "./data-source-analysis.ts";
import type { Entry, Identity, PolicyEntry } from "./entry.ts";
import type { Message } from "./message.ts";
import { toMessage } from "./problem.ts";
import { unknownQuotas, unknownStores } from "./quota-analysis.ts";
import { handlersWithNothing, metricNames, telemetryHandlers } from "./telemetry-analysis.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";

/** What can only be seen in all documents together. */
export interface Configuration {
	/** All documents of a known kind, in the order of files and lines. */
	readonly identities: readonly Identity[];
	/** Those that are valid by themselves. */
	readonly entries: readonly Entry[];
	/** Whether every document could be read and is valid by itself: only then is what is missing surely missing. */
	readonly complete: boolean;
	/** What adapters take. */
	readonly signals: TelemetryParts["signals"];
}

type Rule = (configuration: Configuration) => Message[];

const RULES: readonly Rule[] = [
	duplicateNames,
	severalSettings,
	noPolicy,
	samePolicies,
	regoVersions,
	onlyShadows,
	unknownStores,
	unknownQuotas,
	telemetryHandlers,
	metricNames,
	handlersWithNothing,
	sharedDataPaths,
];

/** Runs every rule. */
export function analyse(configuration: Configuration): Message[] {
	return RULES.flatMap((rule) => rule(configuration));
}

function duplicateNames({ identities }: Configuration): Message[] {
	const first = new Map<string, Identity>();
	return identities.flatMap((identity) => {
		if (identity.kind === "Settings" || identity.name === undefined) return [];
		const key = `${identity.kind} ${identity.name}`;
		const earlier = first.get(key);
		if (earlier === undefined) first.set(key, identity);
		if (earlier === undefined) return [];
		const text = `there is a ${key} already, at ${placeOf(earlier)}`;
		return [toMessage(identity.source, { code: "duplicate_name", path: ["metadata", "name"], at: "value", text })];
	});
}

function severalSettings({ identities }: Configuration): Message[] {
	const [first, ...more] = identities.filter(({ kind }) => kind === "Settings");
	return more.map(({ source }) => {
		const text = `there may be one Settings, and there is one already, at ${first && placeOf(first)}`;
		return toMessage(source, { code: "duplicate_name", path: ["kind"], at: "value", text });
	});
}

function noPolicy({ identities, entries, complete }: Configuration): Message[] {
	if (!complete || identities.some(({ kind }) => kind === "Policy")) return [];
	const settings = entries.find((entry) => entry.kind === "Settings");
	if (settings?.value.spec.default === "allow") {
		const text = "there is no Policy and the default is allow: every request passes";
		return [toMessage(settings.source, { code: "no_policy", path: ["spec", "default"], at: "value", text }, "warning")];
	}
	const text = "there is no Policy and the default is deny: no request would pass";
	if (settings !== undefined) {
		return [toMessage(settings.source, { code: "no_policy", path: ["spec", "default"], at: "value", text })];
	}
	return [{ level: "error", code: "no_policy", file: ".", line: 0, column: 0, field: "", text }];
}

function samePolicies({ entries }: Configuration): Message[] {
	const first = new Map<string, PolicyEntry>();
	return policiesOf(entries).flatMap((policy) => {
		const { entrypoint, targets } = policy.value.spec;
		const written = targets.map(({ protocol = "http", listenerPort, host, pathPrefix, workload }) =>
			JSON.stringify([protocol, listenerPort, host, pathPrefix, workload]),
		);
		const key = JSON.stringify([entrypoint, written.sort()]);
		const earlier = first.get(key);
		if (earlier === undefined) first.set(key, policy);
		if (earlier === undefined || earlier.value.metadata.name === policy.value.metadata.name) return [];
		const other = `Policy ${earlier.value.metadata.name} at ${placeOf(earlier)}`;
		const text = `${entrypoint} decides the same targets already, as ${other}`;
		return [
			toMessage(policy.source, { code: "same_policy", path: ["spec", "entrypoint"], at: "value", text }, "warning"),
		];
	});
}

/** A file is read once, whoever's bundle it is in. */
function regoVersions({ entries }: Configuration): Message[] {
	const first = new Map<string, PolicyEntry>();
	return policiesOf(entries).flatMap((policy) => {
		const { regoVersion } = policy.value.spec;
		const bundle = posix.normalize(policy.value.spec.bundle).replace(/\/$/, "");
		const earlier = first.get(bundle) ?? policy;
		first.set(bundle, earlier);
		if (earlier.value.spec.regoVersion === regoVersion) return [];
		const { name } = earlier.value.metadata;
		const other = `${earlier.value.spec.regoVersion} in Policy ${name} at ${placeOf(earlier)}`;
		const text = `${regoVersion} here, but the same bundle is ${other}`;
		return [toMessage(policy.source, { code: "rego_versions", path: ["spec", "regoVersion"], at: "value", text })];
	});
}

function onlyShadows({ entries, complete }: Configuration): Message[] {
	const [first, ...more] = policiesOf(entries);
	const settings = entries.find((entry) => entry.kind === "Settings");
	if (!complete || first === undefined || settings?.value.spec.default === "allow") return [];
	if ([first, ...more].some(({ value }) => value.spec.mode === "enforce")) return [];
	const text = "every Policy is a shadow and the default is deny: every request is denied";
	return [toMessage(first.source, { code: "only_shadows", path: ["spec", "mode"], at: "value", text }, "warning")];
}

function policiesOf(entries: readonly Entry[]): PolicyEntry[] {
	return entries.filter((entry) => entry.kind === "Policy");
}

function placeOf({ source }: { source: Identity["source"] }): string {
	return `${source.file}:${source.place([]).line}`;
}
