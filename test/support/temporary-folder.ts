import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

// Not when the test ends: what writes into it may be stopped by a later hook, and a folder that is written to can't be removed.
process.once("exit", () => {
	for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A new folder, gone when the process ends. */
export async function temporaryFolder(name = "sluice-test-"): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), name));
	made.push(dir);
	return dir;
}
