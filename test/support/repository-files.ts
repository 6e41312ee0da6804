import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What git ignores, and git itself. */
const ignored = new Set([".git", "node_modules", "generated", "build"]);

/** Every file that belongs to the repository, relative to the checkout, sorted. */
export function repositoryFiles(root: string, folder = ""): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true })
		.filter((entry) => !ignored.has(entry.name))
		.flatMap((entry) => {
			const path = join(folder, entry.name);
			return entry.isDirectory() ? repositoryFiles(root, path) : [path];
		})
		.sort();
}
