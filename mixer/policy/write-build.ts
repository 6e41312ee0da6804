import { hash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MixerError } from "../error.ts";
import type { Build } from "./requirements.ts";
import { writeWholeFile } from "./whole-file.ts";

/** The files of a build, in the order they are written: what says which revision it is comes last. */
export const BUILD_FILES = [
	"policy.wasm",
	"filter.wasm",
	"data.json",
	"plugin-config.json",
	"requirements.json",
	"SHA256SUMS",
] as const;

export type BuildFile = (typeof BUILD_FILES)[number];

/** Those that SHA256SUMS names. */
export const SUMMED_FILES = BUILD_FILES.filter((name) => name !== "SHA256SUMS");

/**
 * Writes a build and what else belongs beside it into a folder. Each file appears whole, under a temporary name first;
 * a reader that finds files of two builds sees it by the revision (read-build.ts).
 *
 * @param more further files by name, written after those of the build.
 * @throws MixerError "invalid" where the folder cannot be written.
 */
export async function writeBuild(options: { build: Build; dir: string; more?: Record<string, string> }): Promise<void> {
	const { build, dir, more = {} } = options;
	const requirements = `${JSON.stringify({ ...build.requirements, testsPassed: build.testsPassed }, null, "\t")}\n`;
	const contents = {
		"policy.wasm": build.policyWasm,
		"filter.wasm": build.module,
		"data.json": build.data,
		"plugin-config.json": build.pluginConfig,
		"requirements.json": requirements,
	};
	const files: Record<BuildFile, string | Uint8Array> = { ...contents, SHA256SUMS: sumsOf(contents) };
	try {
		await mkdir(dir, { recursive: true });
		for (const name of BUILD_FILES) await writeWholeFile(join(dir, name), files[name]);
		for (const [name, content] of Object.entries(more)) await writeWholeFile(join(dir, name), content);
	} catch (error) {
		throw new MixerError("invalid", `${dir} cannot be written: ${MixerError.from(error).message}`, { cause: error });
	}
}

/** What `sha256sum -c` checks. */
function sumsOf(files: Readonly<Record<string, string | Uint8Array>>): string {
	const lines = Object.entries(files).map(([name, content]) => `${hash("sha256", content)}  ${name}\n`);
	return lines.join("");
}
