import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MixerError } from "../error.ts";
import type { PolicySources } from "./policy-sources.ts";
import type { SourceData } from "./source-data.ts";

/**
 * Holds the places of data sources against the packages of Rego: opa would let one of the two win in silence. Against the
 * bundles' data, policy-data.ts does.
 *
 * @throws MixerError "invalid" with every fault.
 */
export async function checkSourcePlaces(
	root: string,
	{ modules }: Pick<PolicySources, "modules">,
	sources: readonly SourceData[],
): Promise<void> {
	if (sources.length === 0) return;
	const faults: string[] = [];
	for (const { path: file } of modules) {
		const name = /^[ \t]*package[ \t]+([^\s#]+)/m.exec(await readFile(join(root, file), "utf8"))?.[1] ?? "";
		for (const source of sources) {
			const path = source.path.join(".");
			if (!`${name}.`.startsWith(`${path}.`) && !`${path}.`.startsWith(`${name}.`)) continue;
			const where = `${source.file}:${source.line}: DataSource ${source.name}`;
			faults.push(`${where}: data.${path} and package ${name} (${file}) cannot lie within one another`);
		}
	}
	if (faults.length > 0) throw new MixerError("invalid", [...new Set(faults)].join("\n"));
}
