import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFilter } from "../../setup/build-filter.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Everything a build depends on; what npm installed is fixed by the lock file. */
const sources = [
	"filters/**/*.ts",
	"mixer/policy/link/{glue,link,regex-glue*,wasm-merge}.ts",
	"test/filters/wasm/*.ts",
	"setup/build-filter.mjs",
	"setup/guard.mjs",
	"asconfig.json",
];

/**
 * Builds an entry of test/filters/wasm, with exports of its own that the test calls ("*": all). A build from the same
 * sources is used again.
 */
export async function buildTestFilter(name: string, keep: readonly string[] = []): Promise<Uint8Array> {
	const out = `build/test/${name}-${await hashOf([name, ...keep])}.wasm`;
	if (existsSync(join(root, out))) return readFile(join(root, out));
	return buildFilter({ entry: `test/filters/wasm/${name}.ts`, out, keep });
}

async function hashOf(options: readonly string[]): Promise<string> {
	const hash = createHash("sha256").update(JSON.stringify(options));
	const files: string[] = ["package-lock.json"];
	for await (const file of glob(sources, { cwd: root })) files.push(file);
	for (const file of files.sort()) hash.update(`\0${file}\0`).update(await readFile(join(root, file)));
	return hash.digest("hex").slice(0, 16);
}
