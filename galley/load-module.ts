import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isModulePath, isPackageName, packageFile } from "./find-module.ts";

/** What a module that somebody else wrote exports, that it is not there, or what is wrong with it. */
export type LoadedModule = { readonly value: unknown } | { readonly fault: string } | undefined;

/**
 * Loads a module that a configuration names: a file, where the word begins with `./`, `../` or `/`, relative to the
 * configuration's folder; else an npm package that is installed where that folder can see it. It is loaded once in a
 * process, whatever becomes of the file.
 *
 * @returns its default export, else all it exports; undefined where there is no such package.
 */
export async function loadModule(dir: string, word: string): Promise<LoadedModule> {
	const file = isModulePath(word) ? resolve(dir, word) : findPackage(dir, word);
	if (file === undefined) return undefined;
	if (!(await isThere(file))) return { fault: "must be a file that exists" };
	try {
		const module: unknown = await import(pathToFileURL(file).href);
		return { value: defaultOf(module) };
	} catch (error) {
		const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
		return { fault: `cannot be loaded: ${message}` };
	}
}

function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}

function findPackage(dir: string, word: string): string | undefined {
	const found = isPackageName(word) ? packageFile(word, dir) : undefined;
	return typeof found === "string" ? found : undefined;
}

function defaultOf(module: unknown): unknown {
	return typeof module === "object" && module !== null && "default" in module ? module.default : module;
}
