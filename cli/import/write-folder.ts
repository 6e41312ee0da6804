import { lstat, readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Message } from "../../galley/message.ts";
import { MixerError } from "../../mixer/error.ts";
import { useOfFile } from "./bundle-file-names.ts";
import type { Draft } from "./draft.ts";
import { writeFiles } from "./write-files.ts";

/**
 * Writes a draft.
 *
 * @param options.force whether what is there is written over. Nothing is ever deleted.
 * @returns a warning for each file that was there before and is part of the bundle now.
 * @throws MixerError "invalid" where the folder holds anything and `force` is not given.
 */
export async function writeFolder(options: { dir: string; draft: Draft; force: boolean }): Promise<Message[]> {
	const { dir, draft, force } = options;
	const there = await listFolder(dir);
	if (there.length > 0 && !force) {
		throw new MixerError(
			"invalid",
			`--out ${dir}: is not empty: give another folder, or --force to write over what it holds`,
		);
	}
	for (const { path } of draft.files) await refuseLinks(dir, path);
	await writeFiles(dir, draft.files);
	const written = new Set(draft.files.map(({ path }) => path));
	const bundle = `${draft.policy.name}/`;
	return there
		.filter((path) => path.startsWith(bundle) && !written.has(path))
		.filter((path) => ["taken", "manifest"].includes(useOfFile(path.slice(bundle.length))))
		.map((path) => {
			const text = "was there before and is part of the bundle now: delete it if it is not meant to be";
			return { level: "warning", code: "bad_bundle", file: path, line: 0, column: 0, field: "", text };
		});
}

async function listFolder(dir: string): Promise<string[]> {
	const stats = await stat(dir).catch(() => undefined);
	if (stats === undefined) return [];
	if (!stats.isDirectory()) throw new MixerError("invalid", `--out ${dir}: is a file: give a folder`);
	const paths = await readdir(dir, { recursive: true });
	return paths.map((path) => path.split(sep).join("/")).sort();
}

/** What is written stays in the folder: a link there could lead anywhere. */
async function refuseLinks(dir: string, path: string): Promise<void> {
	const segments = path.split("/");
	for (let depth = 1; depth <= segments.length; depth++) {
		const part = join(dir, ...segments.slice(0, depth));
		const stats = await lstat(part).catch(() => undefined);
		if (stats?.isSymbolicLink())
			throw new MixerError("invalid", `${part}: is a symbolic link: delete it or give another folder`);
	}
}
