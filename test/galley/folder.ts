import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

const bundles = join(import.meta.dirname, "../testdata/galley/bundles");

/** A folder of these files beside the bundles of test/testdata/galley, gone after the test. */
export async function configurationFolder(
	context: TestContext,
	files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-galley-"));
	context.after(() => rm(dir, { recursive: true }));
	await cp(bundles, dir, { recursive: true });
	for (const [name, content] of Object.entries(files)) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), content);
	}
	return dir;
}

/** A Policy that is right, with an entrypoint of its own, and these lines added to its spec. */
export function policyYaml(name: string, ...lines: readonly string[]): string {
	const spec = [
		"bundle: bookstore",
		`entrypoint: bookstore/${name.replaceAll("-", "_")}`,
		"failureMode: deny",
		...lines,
	];
	const head = ["apiVersion: sluice.dev/v1alpha1", "kind: Policy", "metadata:", `  name: ${name}`, "spec:"];
	return `${[...head, ...spec.map((line) => `  ${line}`)].join("\n")}\n`;
}
