import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { MixerError } from "../../mixer/error.ts";
import { run } from "../../setup/run.mjs";
import { pinned } from "../../setup/versions.mjs";
import type { ComplianceCase } from "./case.ts";
import { readCases } from "./read-cases.ts";

/** Where OPA's module keeps its cases in Rego's present syntax. */
const CASES = "v1/test/cases/testdata/v1";

const Download = z.object({ Dir: z.string() });

/**
 * The folder of OPA's cases of the version that policies are compiled with, from Go's module cache, where `go mod
 * download` puts it unless it is there.
 *
 * @throws MixerError "tool" where Go is missing or can't bring it.
 */
export async function provideCases(): Promise<string> {
	const module = `github.com/open-policy-agent/opa@v${pinned.opa}`;
	const { succeeded, output } = await run("go", ["mod", "download", "-json", module], {
		env: { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" },
	});
	if (!succeeded) throw new MixerError("tool", `go mod download ${module} failed:\n${output}`);
	// What it says of its progress stands in front.
	return join(Download.parse(JSON.parse(output.slice(output.indexOf("{")))).Dir, CASES);
}

/** Every case in a folder's files, in the order of files. */
export async function findCases(folder: string): Promise<ComplianceCase[]> {
	const files = (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).sort();
	const cases = await Promise.all(
		files.map(async (file) => {
			const found = readCases(await readFile(join(folder, file), "utf8"), basename(dirname(join(folder, file))));
			return named(found, basename(file).replace(/\.ya?ml$/, ""));
		}),
	);
	return cases.flat();
}

/** Each with its file's name before its own, which others have too; of equal ones in a file the later have a number. */
function named(cases: readonly ComplianceCase[], file: string): ComplianceCase[] {
	const seen = new Map<string, number>();
	return cases.map((found) => {
		const count = (seen.get(found.name) ?? 0) + 1;
		seen.set(found.name, count);
		return { ...found, name: `${file}: ${found.name}${count === 1 ? "" : ` (${count})`}` };
	});
}
