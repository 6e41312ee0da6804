import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { Settings, Snapshot } from "../../galley/snapshot.ts";
import { networkBuiltins } from "./builtins/registry.ts";
import { type CompileOptions, checkSources, settled } from "./compile.ts";
import { buildWarnings, type PolicyExplanation } from "./explain.ts";
import { type CompiledGrpcTypes, compileGrpcTypes } from "./grpc-types.ts";
import { proveLinked } from "./link/prove-linked.ts";
import { readOpaVersion } from "./opa.ts";
import { type LinkableFilter, type PlacedPolicies, type PlaceOptions, placePolicies } from "./place-policies.ts";
import { pluginConfig } from "./plugin-config.ts";
import { checkPolicyData } from "./policy-data.ts";
import { findPolicySources } from "./policy-sources.ts";
import { proveBuild } from "./prove-build.ts";
import type { Build, PolicyRequirements } from "./requirements.ts";
import { computeRevision } from "./revision.ts";
import { visibleSecrets } from "./visible-secrets.ts";
import { vmConfig } from "./vm-config.ts";

export interface BuildOptions {
	readonly snapshot: Snapshot;
	readonly filter: LinkableFilter;
	/** Path of the opa program, or a name to be found on PATH. */
	readonly opa: string;
	/** What telemetry uses of the vocabulary. */
	readonly reportAttributes: readonly string[];
	/** Absolute path of mixer/api/generated/input-schema.json. */
	readonly inputSchemaFile: string;
	/** Gives the build up. */
	readonly signal?: AbortSignal | undefined;
}

/** A build, and why it is as it is. */
export interface ExplainedBuild extends Build {
	readonly explanations: readonly PolicyExplanation[];
	/** The module before the exports were taken off by which policies are evaluated without a request. */
	readonly evaluable: Uint8Array;
	/** What a person has to be warned of, each with its place. */
	readonly warnings: readonly string[];
}

/**
 * Compiles all Policies of a snapshot, finds out what they require and where they run, links those placed in the proxy
 * into the filter and proves that everything evaluates. The same input gives the same bytes, in whatever folder.
 *
 * @throws MixerError "invalid" with every fault of the step that failed, each with file and line; "tool" where opa is
 * missing or of another version.
 */
export async function buildPolicies(options: BuildOptions): Promise<ExplainedBuild> {
	const { settings, quotas, handlers } = options.snapshot;
	const { opaVersion, findings, testsPassed, required, evaluable, module, policyWasm, data } =
		await compileAll(options);
	const reportAttributes = [...new Set(options.reportAttributes)].sort();
	const policies = required.map(({ policy, requirements }) => [policy, requirements] as const);
	const readsBodies = policies.some(([, { body }]) => body !== "none");
	const grpc = readsBodies ? await readGrpcTypes(options.snapshot) : undefined;
	const makesSpans = handlers.some(({ rules }) => rules.some(({ kind }) => kind === "span"));
	const parts = { settings, policies, quotas, reportAttributes, grpc: grpc?.types, makesSpans };
	const requirements = required.map((each) => each.requirements);
	const httpSend = usesNetwork(requirements) ? { httpSend: settings.httpSend } : {};
	const revision = computeRevision({ policyWasm, module, data, pluginConfig: pluginConfig(parts), ...httpSend });
	const build: Build = {
		requirements: { revision, opaVersion, policies: requirements, ...httpSend, reportAttributes },
		module,
		policyWasm,
		data,
		pluginConfig: pluginConfig(parts, revision),
		testsPassed,
	};
	proveBuild(build);
	proveEvaluable(build, evaluable, settings);
	const explanations = required.map(({ explanation }) => explanation);
	const warnings = [
		...findings,
		...buildWarnings(explanations),
		...visibleSecrets(explanations, data),
		...(grpc?.warnings ?? []),
	];
	return { ...build, evaluable, explanations, warnings };
}

async function readGrpcTypes({ dir, settings }: Snapshot): Promise<CompiledGrpcTypes | undefined> {
	const { protoDescriptors } = settings;
	if (protoDescriptors === undefined) return undefined;
	return compileGrpcTypes(await readFile(protoDescriptors), relative(dir, protoDescriptors));
}

/** What comes of the Policies together. opa's checks and tests run beside the rest, and their faults are told first. */
async function compileAll({ snapshot, filter, opa, inputSchemaFile, signal }: BuildOptions) {
	const { dir, policies, settings } = snapshot;
	const sources = await findPolicySources(snapshot);
	await checkPolicyData(dir, sources.data);
	const compile: CompileOptions = { opa, dir, sources, signal };
	const placing = placePolicies({ ...compile, policies, filter, ...placeLimits(settings) });
	const checking =
		policies.length === 0
			? readOpaVersion({ opa, cwd: dir, signal }).then((opaVersion) => ({ opaVersion, findings: [], testsPassed: 0 }))
			: checkSources({ ...compile, inputSchemaFile });
	const [checked, placed] = await Promise.allSettled([checking, placing]);
	return { ...settled(checked), ...settled<PlacedPolicies>(placed) };
}

function placeLimits({ limits, httpSend }: Settings): Pick<PlaceOptions, "extraPages" | "hosts" | "proxyDataBytes"> {
	const { policyPages, proxyDataBytes } = limits;
	return { extraPages: policyPages, hosts: httpSend.hosts, proxyDataBytes };
}

function usesNetwork(requirements: readonly PolicyRequirements[]): boolean {
	return requirements.some(
		({ placement, builtins }) => placement === "mixer" && builtins.some((name) => networkBuiltins.has(name)),
	);
}

function proveEvaluable(build: Build, evaluable: Uint8Array, { limits }: Settings): void {
	proveLinked({
		module: new WebAssembly.Module(evaluable),
		vmConfig: vmConfig(build),
		pluginConfig: build.pluginConfig,
		policies: build.requirements.policies.filter(({ placement }) => placement === "proxy"),
		fuel: limits.fuel,
	});
}
