import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readBundleFile } from "./bundle-file.ts";
import { expectOpa } from "./opa.ts";
import type { PolicySources, SourceFile } from "./policy-sources.ts";

/** What opa is started with, behind a subcommand's own flags, to read the sources. */
export interface OpaSources {
	readonly cwd: string;
	readonly args: readonly string[];
}

export interface OpaSourcesOptions {
	readonly opa: string;
	/** The configuration's folder. opa runs inside it: it writes the paths of the sources into the module. */
	readonly dir: string;
	readonly sources: PolicySources;
	readonly tests: boolean;
	readonly data: boolean;
}

/**
 * Runs a step of opa's over the sources. Where one of them is Rego v0, or the build adds a module, opa gets a copy of them
 * as a bundle, whose manifest says which is which: it has no other way to read both in one run. Names and lines stay those of the person's files.
 */
export async function withOpaSources<Result>(
	options: OpaSourcesOptions,
	run: (sources: OpaSources) => Promise<Result>,
): Promise<Result> {
	const { opa, dir, sources, tests } = options;
	const rego = [...sources.modules, ...(tests ? sources.tests : [])];
	const data = options.data ? sources.data.map(dataArgument) : [];
	const old = rego.filter(({ regoVersion }) => regoVersion === "v0");
	const { generated = [] } = sources;
	if (old.length === 0 && generated.length === 0)
		return run({ cwd: dir, args: ["--", ...rego.map(({ path }) => path), ...data] });
	const bundle = await mkdtemp(join(tmpdir(), "sluice-rego-"));
	try {
		for (const { path } of rego) await copyInto(bundle, dir, path);
		for (const { path, text } of generated) await writeFile(join(bundle, path), text);
		await writeFile(join(bundle, ".manifest"), manifestOf(old));
		if (data.length > 0) await writeFile(join(bundle, "data.json"), await mergeData(opa, dir, data));
		return await run({ cwd: bundle, args: ["--bundle", "--", "."] });
	} finally {
		await rm(bundle, { recursive: true });
	}
}

async function copyInto(bundle: string, dir: string, path: string): Promise<void> {
	const copy = join(bundle, path);
	await mkdir(dirname(copy), { recursive: true });
	await copyFile(join(dir, path), copy);
}

/** The paths of a manifest are patterns, so what means something in one is escaped. */
function manifestOf(old: readonly SourceFile[]): string {
	const versions = old.map(({ path }) => [`/${path.replaceAll(/[\\*?[\]{},!-]/g, "\\$&")}`, 0] as const);
	return JSON.stringify({ rego_version: 1, file_rego_versions: Object.fromEntries(versions) });
}

/** All data as one file, which opa itself makes, so that numbers stay as they are written. */
async function mergeData(opa: string, dir: string, data: readonly string[]): Promise<Uint8Array> {
	const temporary = await mkdtemp(join(tmpdir(), "sluice-data-"));
	try {
		const out = join(temporary, "bundle.tar.gz");
		await expectOpa({ opa, args: ["build", "--output", out, "--", ...data], cwd: dir });
		return readBundleFile(await readFile(out), "/data.json");
	} finally {
		await rm(temporary, { recursive: true });
	}
}

/** A file of data as an argument: opa takes a file as the value of a path below `data` when it is written before it. */
function dataArgument({ path, prefix }: SourceFile): string {
	return prefix.length === 0 ? path : `${prefix.join(".")}:${path}`;
}
