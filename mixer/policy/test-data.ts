import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import type { PolicySources, SourceFile } from "./policy-sources.ts";
import { type SourceData, withSourceData } from "./source-data.ts";

/**
 * Runs a step over the sources as the policies' own tests see them: with data sources that are empty, since a test must
 * not fail by what a list says today. A test that is about a list gives its own, by `with data.…`.
 */
export async function withTestData<Result>(
	options: { dir: string; sources: PolicySources; dataSources: readonly SourceData[] },
	run: (sources: PolicySources) => Promise<Result>,
): Promise<Result> {
	const { dir, sources, dataSources } = options;
	if (dataSources.length === 0) return run(sources);
	const temporary = await mkdtemp(join(tmpdir(), "sluice-sources-"));
	try {
		const file = join(temporary, "data.json");
		const empty = dataSources.map(({ path, empty: document }) => ({ path, document }));
		await writeFile(file, withSourceData(Buffer.from("{}"), empty));
		const path = relative(dir, file).split(sep).join("/");
		const added: SourceFile = { path, bundle: "data sources", prefix: [], regoVersion: "v1" };
		return await run({ ...sources, data: [...sources.data, added] });
	} finally {
		await rm(temporary, { recursive: true });
	}
}
