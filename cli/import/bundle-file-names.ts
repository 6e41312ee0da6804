import { basename } from "node:path/posix";

/** What OPA would do with a file of a bundle. */
export type BundleFileUse =
	/** Rego or data: it is part of the configuration. */
	| "taken"
	/** .manifest: versions of Rego, and what is OPA's own. */
	| "manifest"
	| "signatures"
	/** Compiled already, or a change to another bundle. */
	| "compiled"
	| "patch"
	/** Nothing. */
	| "other";

/** What a file is for, by its path within the bundle. */
export function useOfFile(path: string): BundleFileUse {
	if (path === ".manifest") return "manifest";
	if (path === ".signatures.json") return "signatures";
	if (path === "patch.json") return "patch";
	if (path === "plan.json" || path.endsWith(".wasm")) return "compiled";
	if (path.split("/").some((name) => name.startsWith("."))) return "other";
	return path.endsWith(".rego") || /^data\.(json|ya?ml)$/.test(basename(path)) ? "taken" : "other";
}

/**
 * The path within the bundle, without `./` and leading slashes.
 *
 * @returns undefined where it would lead out of a folder, or can be no file's name.
 */
export function cleanPath(name: string): string | undefined {
	const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
	const isPlain = segments.every((segment) => segment !== ".." && !/[\\\p{Cc}]/u.test(segment));
	return isPlain && segments.length > 0 ? segments.join("/") : undefined;
}
