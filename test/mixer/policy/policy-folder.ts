import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { adapterSchemas, sourceSchemas, telemetryParts } from "../../../cli/adapter-schemas.ts";
import { readSources } from "../../../cli/data-sources/read-sources.ts";
import { readFilter } from "../../../cli/filter.ts";
import { loadSnapshot } from "../../../galley/load.ts";
import { formatMessage } from "../../../galley/message.ts";
import type { Snapshot } from "../../../galley/snapshot.ts";
import { buildPolicies, type ExplainedBuild } from "../../../mixer/policy/build.ts";
import { checkout, opaProgram } from "../../support/programs.ts";

/** The example policies that come with the project. */
export const examplePolicies = join(checkout, "policies");

const inputSchemaFile = join(checkout, "mixer/api/generated/input-schema.json");

/** A Policy document named shop that asks data.shop.authz.decision of the bundle shop in the Mixer, but for what is given. */
export function policyDocument(
	spec: { name?: string; bundle?: string; entrypoint?: string; placement?: string; more?: string } = {},
): string {
	const { name = "shop", bundle = "shop", entrypoint = "shop/authz/decision", placement = "mixer", more = "" } = spec;
	const fields = `bundle: ${bundle}, entrypoint: ${entrypoint}, targets: [{}], failureMode: deny, placement: ${placement}${more}`;
	return `---\napiVersion: sluice.dev/v1alpha1\nkind: Policy\nmetadata: {name: ${name}}\nspec: {${fields}}\n`;
}

/** A new folder with these files, gone when the test ends. Without a sluice.yaml it gets the Policy shop. */
export async function policyFolder(
	test: TestContext,
	files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-policy-"));
	test.after(() => rm(dir, { recursive: true }));
	for (const [name, text] of Object.entries({ "sluice.yaml": policyDocument(), ...files })) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	return dir;
}

/** The snapshot of a folder that has to be valid. */
export async function snapshotOf(dir: string): Promise<Snapshot> {
	const loaded = await loadSnapshot(dir, adapterSchemas(), telemetryParts(), { sources: sourceSchemas() });
	if (loaded.ok) return loaded.snapshot;
	throw new Error(loaded.messages.map(formatMessage).join("\n"));
}

/** Builds a folder as `sluice build` does, with every Policy placed in the Mixer. */
export async function buildForMixer(dir: string): Promise<ExplainedBuild> {
	const [snapshot, filter] = await Promise.all([snapshotOf(dir), readFilter()]);
	const policies = snapshot.policies.map((policy) => ({ ...policy, placement: "mixer" as const }));
	const options = { filter, opa: opaProgram(), reportAttributes: ["response.code"], inputSchemaFile };
	return buildPolicies({ snapshot: { ...snapshot, policies }, dataSources: await readSources(snapshot), ...options });
}

/** Builds a folder as `sluice build` does. */
export async function buildDir(dir: string, opa: string = opaProgram()): Promise<ExplainedBuild> {
	const [snapshot, filter] = await Promise.all([snapshotOf(dir), readFilter()]);
	const dataSources = await readSources(snapshot);
	return buildPolicies({ snapshot, filter, opa, reportAttributes: ["response.code"], inputSchemaFile, dataSources });
}

/** Builds files given as text; see policyFolder. */
export async function buildFiles(
	test: TestContext,
	files: Readonly<Record<string, string | Uint8Array>>,
): Promise<ExplainedBuild> {
	return buildDir(await policyFolder(test, files));
}

/** Builds one module, `package shop.authz` and an undefined decision in front of it. */
export function buildRego(test: TestContext, rego: string): Promise<ExplainedBuild> {
	return buildFiles(test, { "shop/authz.rego": `package shop.authz\n\n${rego}\n` });
}
