import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { RegoVersion } from "../../galley/snapshot.ts";
import { opaErrors, runOpa } from "../../mixer/policy/opa.ts";
import { readRegoVersions } from "../../mixer/policy/rego-versions.ts";
import type { BundleFile } from "./read-bundle.ts";
import { writeFiles } from "./write-files.ts";

const CheckErrors = z.object({
	errors: z.array(z.object({ code: z.string().optional(), location: z.object({ file: z.string() }).optional() })),
});

/**
 * Which version of Rego each file of a bundle is written in, by its path: as its manifest says, else as the person does,
 * else v1, unless it can be read as v0 only.
 */
export async function findRegoVersions(options: {
	opa: string;
	rego: readonly BundleFile[];
	manifest?: BundleFile | undefined;
	/** What OPA is started with, where that is known. */
	otherwise?: RegoVersion | undefined;
}): Promise<ReadonlyMap<string, RegoVersion>> {
	const { opa, rego, manifest, otherwise } = options;
	const dir = await mkdtemp(join(tmpdir(), "sluice-import-"));
	try {
		await writeFiles(dir, manifest === undefined ? rego : [...rego, { ...manifest, path: ".manifest" }]);
		const says = await readRegoVersions({ bundleDir: dir, bundle: dirname(manifest?.from ?? ""), otherwise });
		const silent = rego.map(({ path }) => path).filter((path) => says(path) === undefined);
		const old = new Set(await onlyInV0(opa, dir, silent));
		return new Map(rego.map(({ path }) => [path, says(path) ?? (old.has(path) ? "v0" : "v1")]));
	} finally {
		await rm(dir, { recursive: true });
	}
}

async function onlyInV0(opa: string, dir: string, paths: readonly string[]): Promise<string[]> {
	const notV1 = await unreadable({ opa, dir, paths, flags: [] });
	const notV0 = await unreadable({ opa, dir, paths: [...notV1], flags: ["--v0-compatible"] });
	return [...notV1].filter((path) => !notV0.has(path));
}

/** Those that can't be parsed. What is wrong with them otherwise is told by the build. */
async function unreadable(options: {
	opa: string;
	dir: string;
	paths: readonly string[];
	flags: readonly string[];
}): Promise<ReadonlySet<string>> {
	const { opa, dir, paths, flags } = options;
	if (paths.length === 0) return new Set();
	const args = ["check", "--format", "json", "--max-errors", "0", ...flags, "--", ...paths];
	const result = await runOpa({ opa, args, cwd: dir });
	if (result.status === 0) return new Set();
	const { errors } = CheckErrors.parse(JSON.parse(opaErrors(result)));
	const parsing = errors.filter(({ code }) => code === "rego_parse_error");
	return new Set(parsing.flatMap(({ location }) => location?.file ?? []));
}
