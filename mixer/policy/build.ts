import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { Settings, Snapshot } from "../../galley/snapshot.ts";
import { networkBuiltins } from "./builtins/registry.ts";
import { type CompileOptions, checkSources, settled } from "./compile.ts";
import { checkSourcePlaces } from "./data-source-places.ts";
import { expiredAsker, expiredModule, unreadSources, withExpired } from "./expired-policy.ts";
import { buildWarnings, type PolicyExplanation } from "./explain.ts";
import { type CompiledGrpcTypes, compileGrpcTypes } from "./grpc-types.ts";
import { proveLinked } from "./link/prove-linked.ts";
import { readOpaVersion } from "./opa.ts";
import { type LinkableFilter, type PlacedPolicies, type PlaceOptions, placePolicies } from "./place-policies.ts";
import { pluginConfig } from "./plugin-config.ts";
import { PolicyCompiler } from "./policy-compiler.ts";
import { checkPolicyData } from "./policy-data.ts";
import { findPolicySources } from "./policy-sources.ts";
import { proveBuild } from "./prove-build.ts";
import type { Build, PolicyRequirements } from "./requirements.ts";
import { computeRevision } from "./revision.ts";
import type { SourceData } from "./source-data.ts";
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
	/** What the data sources of the snapshot say. */
	readonly dataSources?: readonly SourceData[];
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
	return (await buildForData(options)).build;
}

/** A build that can be made again of other data. */
export interface BuildForData {
	readonly build: ExplainedBuild;
	/**
	 * The same with what data sources say now: nothing is read from the folder, and nothing is compiled or tested.
	 *
	 * @throws MixerError "unavailable" where the data are so many or few now that a Policy runs elsewhere: then the folder
	 * has to be built.
	 */
	rebuild(dataSources: readonly SourceData[]): Promise<ExplainedBuild>;
}

/** As buildPolicies. */
export async function buildForData(options: BuildOptions): Promise<BuildForData> {
	const { dataSources = [] } = options;
	const sources = await findPolicySources(options.snapshot);
	await checkPolicyData(options.snapshot.dir, sources.data, dataSources);
	await checkSourcePlaces(options.snapshot.dir, sources, dataSources);
	const compile = { ...options, dir: options.snapshot.dir, sources };
	const mayDeny = dataSources.some((source) => source.mayDeny);
	const compiled = mayDeny ? { ...compile, sources: { ...sources, generated: [expiredModule] } } : compile;
	const compiler = new PolicyCompiler(compiled, mayDeny ? [expiredAsker] : []);
	const placing = placePolicies(placeOptions(options, compiler, dataSources));
	// opa's checks and tests run beside the rest, and their faults are told first.
	const [checkedOrNot, placedOrNot] = await Promise.allSettled([check(options, compile), placing]);
	const checked = { ...settled(checkedOrNot), grpcTypes: once(() => readGrpcTypes(options.snapshot)) };
	const build = await finish({ ...options, dataSources }, checked, settled<PlacedPolicies>(placedOrNot));
	compiler.close();
	return {
		build,
		rebuild: async (now) =>
			finish({ ...options, dataSources: now }, checked, await placePolicies(placeOptions(options, compiler, now))),
	};
}

interface Checked {
	readonly opaVersion: string;
	readonly findings: readonly string[];
	readonly testsPassed: number;
	/** Read once. */
	readonly grpcTypes: () => Promise<CompiledGrpcTypes | undefined>;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
	let made: Promise<Value> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

async function check({ snapshot, opa, inputSchemaFile, dataSources }: BuildOptions, compile: CompileOptions) {
	if (snapshot.policies.length > 0) {
		return checkSources({ ...compile, inputSchemaFile, ...(dataSources && { dataSources }) });
	}
	const opaVersion = await readOpaVersion({ opa, cwd: compile.dir, signal: compile.signal });
	return { opaVersion, findings: [], testsPassed: 0 };
}

async function finish(
	options: BuildOptions & { readonly dataSources: readonly SourceData[] },
	{ opaVersion, findings, testsPassed, grpcTypes }: Checked,
	placed: PlacedPolicies,
): Promise<ExplainedBuild> {
	const { settings, quotas, handlers } = options.snapshot;
	const { evaluable, module, policyWasm, data, plan } = placed;
	const sources = plan && { plan, sources: options.dataSources };
	const required = sources === undefined ? placed.required : withExpired(placed.required, sources);
	const reportAttributes = [...new Set(options.reportAttributes)].sort();
	const policies = required.map(({ policy, requirements }) => [policy, requirements] as const);
	const readsBodies = policies.some(([, { body }]) => body !== "none");
	const grpc = readsBodies ? await grpcTypes() : undefined;
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
		...(sources === undefined ? [] : unreadSources(placed.required, sources)),
	];
	return { ...build, evaluable, explanations, warnings };
}

async function readGrpcTypes({ dir, settings }: Snapshot): Promise<CompiledGrpcTypes | undefined> {
	const { protoDescriptors } = settings;
	if (protoDescriptors === undefined) return undefined;
	return compileGrpcTypes(await readFile(protoDescriptors), relative(dir, protoDescriptors));
}

function placeOptions(
	{ snapshot, filter }: BuildOptions,
	compiler: PolicyCompiler,
	dataSources: readonly SourceData[],
): PlaceOptions {
	const { policies, settings } = snapshot;
	const { policyPages: extraPages, proxyDataBytes } = settings.limits;
	const { hosts } = settings.httpSend;
	return { compiler, policies, filter, extraPages, hosts, proxyDataBytes, dataSources };
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
