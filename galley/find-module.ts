import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What npm lets a package be called, and a path inside of it. */
const PACKAGE = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/[^\s\\]+)?$/i;

/** Stands for what is looked for while Node's own resolution runs. */
const LOOKED_FOR = "sluice-adapter:looked-for";

/** Whether a configuration means a file by this word: it begins with `./`, `../` or `/`. */
export function isModulePath(word: string): boolean {
	return /^\.{0,2}\//.test(word);
}

/** Whether it can be an npm package, or a path inside of one. */
export function isPackageName(word: string): boolean {
	return PACKAGE.test(word);
}

/**
 * Asks Node for a package's file as if a module in that folder imported it.
 *
 * @returns its absolute path, or why there is none.
 */
export function packageFile(name: string, dir: string): string | { readonly code: unknown; readonly message: string } {
	const parentURL = pathToFileURL(join(resolve(dir), "handler.js")).href;
	const hooks = registerHooks({
		resolve: (specifier, context, next) =>
			specifier === LOOKED_FOR ? next(name, { ...context, parentURL }) : next(specifier, context),
	});
	try {
		const url = import.meta.resolve(LOOKED_FOR);
		// Node's own modules are no adapters.
		return url.startsWith("file:") ? fileURLToPath(url) : { code: "ERR_MODULE_NOT_FOUND", message: url };
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return { code: "code" in error ? error.code : undefined, message: error.message };
	} finally {
		hooks.deregister();
	}
}
