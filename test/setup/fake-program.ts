import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts a program into a folder: a shell script with this body. */
export function fakeProgram(folder: string, name: string, body: string): string {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, name);
	writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
	return path;
}
