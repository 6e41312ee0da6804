import type { Policy, Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import { compilePolicies } from "./compile.ts";
import { readOpaVersion } from "./opa.ts";
import { pluginConfig } from "./plugin-config.ts";
import { checkPolicyData } from "./policy-data.ts";
import { requirePolicies } from "./policy-requirements.ts";
import { findPolicySources } from "./policy-sources.ts";
import { proveBuild } from "./prove-build.ts";
import type { Build, PolicyRequirements } from "./requirements.ts";
import { computeRevision } from "./revision.ts";

export interface BuildOptions {
	readonly snapshot: Snapshot;
	/** Path of the opa program, or a name to be found on PATH. */
	readonly opa: string;
	/** What telemetry uses of the vocabulary. */
	readonly reportAttributes: readonly string[];
	/** Absolute path of mixer/api/generated/input-schema.json. */
	readonly inputSchemaFile: string;
}

/**
 * Compiles all Policies of a snapshot into one module, finds out what they require and proves that the result
 * evaluates. The same input gives the same bytes, in whatever folder.
 *
 * @throws MixerError "invalid" with every fault of the step that failed, each with file and line; "tool" where opa is
 * missing or of another version.
 */
export async function buildPolicies(options: BuildOptions): Promise<Build> {
	const { settings, policies } = options.snapshot;
	refusePlacements(policies);
	const { opaVersion, testsPassed, policyWasm, data, requirements } = await compileAll(options);
	const reportAttributes = [...new Set(options.reportAttributes)].sort();
	const parts = { settings, policies: pairs(policies, requirements), reportAttributes };
	const revision = computeRevision({ policyWasm, data, pluginConfig: pluginConfig(parts) });
	const build: Build = {
		requirements: { revision, opaVersion, policies: requirements, reportAttributes },
		policyWasm,
		data,
		pluginConfig: pluginConfig(parts, revision),
		testsPassed,
	};
	proveBuild(build);
	return build;
}

/** What comes of the Policies together; without any, an empty module that nothing asks. */
async function compileAll({ snapshot, opa, inputSchemaFile }: BuildOptions) {
	const { dir, policies } = snapshot;
	if (policies.length === 0) {
		const opaVersion = await readOpaVersion(opa, dir);
		return { opaVersion, testsPassed: 0, policyWasm: new Uint8Array(), data: Buffer.from("{}"), requirements: [] };
	}
	const sources = await findPolicySources(snapshot);
	await checkPolicyData(dir, sources.data);
	const compiled = await compilePolicies({ opa, dir, sources, policies, inputSchemaFile });
	return { ...compiled, requirements: requirePolicies(policies, compiled) };
}

function refusePlacements(policies: readonly Policy[]): void {
	const faults = policies
		.filter(({ placement }) => placement === "proxy")
		.map(
			({ file, line, name }) =>
				`${file}:${line} Policy ${name}: Rego in the proxy is not in this version: placement must be auto or mixer`,
		);
	if (faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
}

function pairs(policies: readonly Policy[], requirements: readonly PolicyRequirements[]) {
	return requirements.flatMap((required) => {
		const policy = policies.find(({ name }) => name === required.name);
		return policy === undefined ? [] : [[policy, required] as const];
	});
}
