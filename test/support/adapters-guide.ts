import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GuideBlock, guideBlocks } from "./guide.ts";
import { checkout } from "./programs.ts";

/** The page for who writes an adapter. */
export const adaptersPage: string = join(checkout, "docs/adapters.md");

/** Its blocks, with `sluice` in bin/ of the folder. */
export async function adaptersGuide(dir: string): Promise<readonly GuideBlock[]> {
	const blocks = await guideBlocks(adaptersPage);
	await mkdir(join(dir, "bin"));
	const program = `#!/bin/sh\nexec ${process.execPath} ${join(checkout, "cli/main.ts")} "$@"\n`;
	await writeFile(join(dir, "bin/sluice"), program);
	await chmod(join(dir, "bin/sluice"), 0o755);
	return blocks;
}
