import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { showValue } from "./field-path.ts";
import { closest } from "./suggestion.ts";

/** A bundle with more files is generated data, and belongs elsewhere. */
const MAX_ENTRIES = 2_000;

/** What is wrong with a Policy's `bundle`, or undefined. */
export async function checkBundle(
	dir: string,
	bundle: string,
): Promise<{ text: string; suggestion?: string | undefined } | undefined> {
	const shown = showValue(bundle);
	if (isAbsolute(bundle)) return { text: `${shown} must be relative to the configuration's folder` };
	if (!isInside(dir, resolve(dir, bundle))) return { text: `${shown} must stay inside the configuration's folder` };
	try {
		const fault = await checkFolder(await realpath(dir), resolve(dir, bundle));
		return fault === undefined ? undefined : { text: `${shown} ${fault}` };
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : String(error);
		const exists = code !== "ENOENT" && code !== "ERR_INVALID_ARG_VALUE";
		if (exists) return { text: `${shown} cannot be read (${code})` };
		return { text: `${shown} must be a folder that exists`, suggestion: await closestFolder(dir, bundle) };
	}
}

/** What is wrong with a single file that a configuration names, or undefined. */
export async function checkFile(dir: string, file: string): Promise<string | undefined> {
	const shown = showValue(file);
	const path = resolve(dir, file);
	if (isAbsolute(file)) return `${shown} must be relative to the configuration's folder`;
	if (!isInside(dir, path)) return `${shown} must stay inside the configuration's folder`;
	try {
		if (!isInside(await realpath(dir), await realpath(path))) {
			return `${shown} must not lead out of the configuration's folder by a symbolic link`;
		}
		return (await stat(path)).isFile() ? undefined : `${shown} must be a file, not a folder`;
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : String(error);
		return code === "ENOENT" ? `${shown} must be a file that exists` : `${shown} cannot be read (${code})`;
	}
}

async function checkFolder(realDir: string, path: string): Promise<string | undefined> {
	if (!isInside(realDir, await realpath(path)))
		return "must not lead out of the configuration's folder by a symbolic link";
	if (!(await stat(path)).isDirectory()) return "must be a folder, not a file";
	return checkFiles(realDir, path);
}

async function checkFiles(realDir: string, path: string): Promise<string | undefined> {
	let hasRego = false;
	let count = 0;
	const folders = [path];
	for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
		for (const entry of await readdir(folder, { withFileTypes: true })) {
			count += 1;
			if (count > MAX_ENTRIES) return `must hold at most ${MAX_ENTRIES} files`;
			const name = join(folder, entry.name);
			if (entry.isSymbolicLink() && !isInside(realDir, await realpath(name))) {
				return `must not lead out of the configuration's folder: ${relative(path, name)} is a symbolic link that does`;
			}
			if (entry.isDirectory()) folders.push(name);
			else hasRego ||= isPolicy(entry);
		}
	}
	return hasRego ? undefined : "must hold a .rego file that is not a test";
}

function isPolicy(entry: Dirent): boolean {
	return entry.name.endsWith(".rego") && !entry.name.endsWith("_test.rego");
}

function isInside(dir: string, path: string): boolean {
	const way = relative(dir, path);
	return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function closestFolder(dir: string, bundle: string): Promise<string | undefined> {
	const entries = await readdir(dir, { withFileTypes: true });
	const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
	return closest(bundle, folders.map(({ name }) => name).sort());
}
