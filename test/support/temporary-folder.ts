import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A new folder, gone when the test ends. */
export async function temporaryFolder(t: TestContext, name = "sluice-test-"): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), name));
	t.after(() => rm(dir, { recursive: true, force: true }));
	return dir;
}
