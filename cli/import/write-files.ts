import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes files by their paths below a folder, which are known to stay in it. */
export async function writeFiles(
	dir: string,
	files: readonly { readonly path: string; readonly content: Uint8Array | string }[],
): Promise<void> {
	for (const { path, content } of files) {
		const file = join(dir, path);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, content);
	}
}
